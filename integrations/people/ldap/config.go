package ldap

import (
	"cmp"
	"net/url"
	"time"

	lib "github.com/go-ldap/ldap/v3"

	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
)

// Config is how a directory is reached and read. The keys are those of the municipality's file.
type Config struct {
	ID       string `yaml:"id"`       // "ad": people are from "ldap:ad"; changing it makes everybody somebody else's
	URL      string `yaml:"url"`      // ldaps://dc1.example.se, or ldap:// with startTLS
	StartTLS bool   `yaml:"startTLS"` // over ldap://, before anything is said
	// RootsFile has the roots of the server's certificate, PEM, named from the root; "" those of the system. The certificate is always checked.
	RootsFile string `yaml:"rootsFile"`
	BindDN    string `yaml:"bindDN"`
	Password  string `yaml:"password"` // or env:NAME
	Base      string `yaml:"base"`     // below which people are
	Filter    string `yaml:"filter"`   // who of them; "" everybody who is a person
	GroupBase string `yaml:"groupBase"`
	// Attributes are where things stand; empty ones are where such a directory usually has them.
	Attributes Attributes    `yaml:"attributes"`
	Every      time.Duration `yaml:"every"`    // between answers: 15m when zero
	PageSize   uint32        `yaml:"pageSize"` // of an answer: 500 when zero
	// MostLost is the greatest share of people, in per cent, who may lose what they may do by one answer: 10 when zero. By more, nothing changes
	// and administrators are told. After a reorganisation it is raised for a while.
	MostLost int `yaml:"mostLost"`
}

// Attributes of a person's entry. ID is the stable one: objectGUID of Active Directory, entryUUID of others.
type Attributes struct {
	ID           string `yaml:"id"`
	UserName     string `yaml:"userName"`
	Name         string `yaml:"name"`
	GivenName    string `yaml:"givenName"`
	Surname      string `yaml:"surname"`
	Number       string `yaml:"number"` // personal number; "" is not read
	Phone        string `yaml:"phone"`
	Email        string `yaml:"email"`
	Title        string `yaml:"title"`
	Department   string `yaml:"department"`
	Organisation string `yaml:"organisation"`
}

// or gives what is set, and where nothing is, the other's.
func (a Attributes) or(b Attributes) Attributes {
	return Attributes{cmp.Or(a.ID, b.ID), cmp.Or(a.UserName, b.UserName), cmp.Or(a.Name, b.Name), cmp.Or(a.GivenName, b.GivenName), cmp.Or(a.Surname, b.Surname),
		cmp.Or(a.Number, b.Number), cmp.Or(a.Phone, b.Phone), cmp.Or(a.Email, b.Email), cmp.Or(a.Title, b.Title), cmp.Or(a.Department, b.Department), cmp.Or(a.Organisation, b.Organisation)}
}

func (a Attributes) names() []string {
	var out []string
	for _, n := range []string{a.ID, a.UserName, a.Name, a.GivenName, a.Surname, a.Number, a.Phone, a.Email, a.Title, a.Department, a.Organisation} {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}

// dialect is what kind of directory it is.
type dialect struct {
	attributes    Attributes
	people, group string // filters
	members       []string
	active        bool // Active Directory
}

var (
	// activeDirectory (facts 5.8). Personal numbers stand where the municipality has put them: extensionAttribute1–15.
	activeDirectory = dialect{Attributes{ID: "objectGUID", UserName: "userPrincipalName", Name: "displayName", GivenName: "givenName", Surname: "sn", Phone: "mobile", Email: "mail",
		Title: "title", Department: "department", Organisation: "company"}, "(&(objectCategory=person)(objectClass=user))", "(objectClass=group)", nil, true}
	// standard is RFC 4519 and RFC 2798 (inetOrgPerson), with the id of RFC 4530.
	standard = dialect{Attributes{ID: "entryUUID", UserName: "uid", Name: "cn", GivenName: "givenName", Surname: "sn", Phone: "mobile", Email: "mail",
		Title: "title", Department: "departmentNumber", Organisation: "o"}, "(objectClass=inetOrgPerson)", "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))", []string{"member", "uniqueMember"}, false}
)

// Validate says which key is wrong. Fault: Invalid.
func (c Config) Validate() error {
	const op = "ldap.Config"
	u, err := url.Parse(c.URL)
	switch {
	case c.ID == "" || c.BindDN == "" || c.Password == "" || c.Base == "":
		return fault.Newf(op, fault.Invalid, "id, bindDN, password and base are needed")
	case err != nil || u.Host == "" || u.Scheme != "ldap" && u.Scheme != "ldaps":
		return fault.Newf(op, fault.Invalid, "url: ldaps://server, or ldap://server with startTLS")
	case u.Scheme == "ldap" && !c.StartTLS && !tlsclient.Local(u.Hostname()):
		return fault.Newf(op, fault.Invalid, "url: without TLS the password and everybody's data could be read on the way: ldaps://, or startTLS: true")
	case u.Scheme == "ldaps" && c.StartTLS:
		return fault.Newf(op, fault.Invalid, "startTLS: ldaps:// has TLS from the start")
	case c.Every != 0 && c.Every < time.Minute:
		return fault.Newf(op, fault.Invalid, "every: at least 1m")
	case c.MostLost < 0 || c.MostLost > 100:
		return fault.Newf(op, fault.Invalid, "mostLost: per cent, 1 to 100")
	}
	if c.Filter != "" {
		if _, err := lib.CompileFilter(c.Filter); err != nil {
			return fault.Newf(op, fault.Invalid, "filter: cannot be read")
		}
	}
	return nil
}

// Interval is how long to wait between answers.
func (c Config) Interval() time.Duration { return cmp.Or(c.Every, 15*time.Minute) }

// Share is MostLost as a share.
func (c Config) Share() float64 { return float64(cmp.Or(c.MostLost, 10)) / 100 }

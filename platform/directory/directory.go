// Package directory holds who is who: the organisations (tenants) that share the platform, their authorities (nämnder), the services they
// offer with their own settings, and how staff log in and what their groups may do.
//
// A directory is read from files at start (Load) and does not change while running. A mistake stops the start with one line that
// names file and line.
package directory

import (
	"slices"
	"strings"

	"samtjanst/platform/identity"
)

// Directory is every organisation on this platform.
type Directory struct {
	tenants []*Tenant
	byID    map[identity.TenantID]*Tenant
}

// Tenant is an organisation.
type Tenant struct {
	ID            identity.TenantID `yaml:"id"`
	Name          string            `yaml:"name"` // "Ekköpings kommun"
	Short         string            `yaml:"short"`
	Code          string            `yaml:"code"` // kommunkod, four digits
	OrgNumber     string            `yaml:"orgNumber"`
	Theme         string            `yaml:"theme"` // name of the theme file and logo
	Contact       Contact           `yaml:"contact"`
	Accessibility Accessibility     `yaml:"accessibility"`
	Privacy       string            `yaml:"privacy"` // Markdown: how personal data is handled
	Authorities   []Authority       `yaml:"authorities"`
	Services      []Service         `yaml:"services"`
	Staff         StaffLogin        `yaml:"staff"`
	Cooperations  []Cooperation     `yaml:"cooperations"`
	EID           []string          `yaml:"eid"` // ids of the e-legitimations that are used here; absent: all there are
	// PhoneSigning lets officers ask somebody whom they are talking with on the telephone for a signature, in the services that allow it.
	PhoneSigning bool `yaml:"phoneSigning"`
}

// Contact is the municipality's contact centre.
type Contact struct {
	Phone   string `yaml:"phone"`
	Email   string `yaml:"email"`
	Address string `yaml:"address"`
	Hours   string `yaml:"hours"`
}

// Accessibility is the statement that lagen (2018:1937) om tillgänglighet till digital offentlig service 13 § asks for.
type Accessibility struct {
	Statement string `yaml:"statement"` // Markdown: how far the service conforms, what does not
	Reviewed  string `yaml:"reviewed"`  // YYYY-MM-DD
	Report    string `yaml:"report"`    // mail address of the function that takes reports
}

// Authority is a board with a wall of its own.
type Authority struct {
	Slug string `yaml:"slug"` // "barn-och-utbildning"
	Name string `yaml:"name"` // "Barn- och utbildningsnämnden"
	// Court is the administrative court that appeals go to.
	Court string `yaml:"court"`
}

// Service is a form that the tenant offers, with its own values for the form's settings.
type Service struct {
	Form     string         `yaml:"form"`
	Settings map[string]any `yaml:"settings"`
	LastDay  string         `yaml:"lastDay"`  // overrides the form's
	OtherWay string         `yaml:"otherWay"` // overrides the form's, Markdown
	Closed   string         `yaml:"closed"`   // a message; "" open
}

// StaffLogin is how the tenant's own people log in: at one login, which stands here, or at any of several (Logins).
type StaffLogin struct {
	Issuer       string `yaml:"issuer"`
	ClientID     string `yaml:"clientId"`
	ClientSecret string `yaml:"clientSecret"` // or env:NAME
	// SecondFactor lists acr values, or amr values, of which the login must show one.
	SecondFactor []string `yaml:"secondFactor"`
	GroupsClaim  string   `yaml:"groupsClaim"`
	Groups       []Group  `yaml:"groups"`
	// Register says that only those who are in the organisation's register of people get in. What they may do stands there.
	Register bool   `yaml:"register"`
	Rules    []Rule `yaml:"rules"`
	Sync     `yaml:",inline"`
	// Logins are further logins of the organisation's own: somebody may have accounts at several, and is one person by the register.
	Logins []Login `yaml:"logins"`
	// BankID lets elected people log in with a private e-legitimation of their own. Employees never do.
	BankID bool `yaml:"bankid"`
}

// Rule gives roles within an authority to those of whom the organisation's own directory (SCIM, LDAP) says so. Each condition that is
// given must hold, letters large or small; a rule without any holds for nobody.
type Rule struct {
	Organisation string          `yaml:"organisation"`
	Department   string          `yaml:"department"`
	Title        string          `yaml:"title"`
	Group        string          `yaml:"group"`
	Authority    string          `yaml:"authority"` // slug
	Roles        []identity.Role `yaml:"roles"`
}

// Matches reports whether a rule holds for somebody.
func (r Rule) Matches(organisation, department, title string, groups []string) bool {
	if r.Organisation == "" && r.Department == "" && r.Title == "" && r.Group == "" {
		return false
	}
	is := func(want, have string) bool { return want == "" || strings.EqualFold(want, have) }
	return is(r.Organisation, organisation) && is(r.Department, department) && is(r.Title, title) &&
		(r.Group == "" || slices.ContainsFunc(groups, func(g string) bool { return strings.EqualFold(g, r.Group) }))
}

// Group gives members of a group at the provider roles within an authority.
type Group struct {
	Name      string          `yaml:"name"`
	Authority string          `yaml:"authority"` // slug
	Roles     []identity.Role `yaml:"roles"`
}

// AuthorityID names a board of the tenant: "ekkoping/barn-och-utbildning".
func (t *Tenant) AuthorityID(slug string) identity.AuthorityID {
	return identity.AuthorityID(string(t.ID) + "/" + slug)
}

// Authority finds a board by its slug.
func (t *Tenant) Authority(slug string) (Authority, bool) {
	i := slices.IndexFunc(t.Authorities, func(a Authority) bool { return a.Slug == slug })
	if i < 0 {
		return Authority{}, false
	}
	return t.Authorities[i], true
}

// Service finds a form among those the tenant offers.
func (t *Tenant) Service(form string) (Service, bool) {
	i := slices.IndexFunc(t.Services, func(s Service) bool { return s.Form == form })
	if i < 0 {
		return Service{}, false
	}
	return t.Services[i], true
}

// Grants turns groups at the provider into grants. Groups that nobody has listed give nothing.
func (t *Tenant) Grants(groups []string) []identity.Grant {
	var out []identity.Grant
	for _, g := range t.Staff.Groups {
		if !slices.Contains(groups, g.Name) {
			continue
		}
		id := t.AuthorityID(g.Authority)
		i := slices.IndexFunc(out, func(x identity.Grant) bool { return x.Authority == id })
		if i < 0 {
			out = append(out, identity.Grant{Authority: id})
			i = len(out) - 1
		}
		for _, r := range g.Roles {
			if !slices.Contains(out[i].Roles, r) {
				out[i].Roles = append(out[i].Roles, r)
			}
		}
	}
	return out
}

// Tenants lists the organisations in the files' order.
func (d *Directory) Tenants() []*Tenant { return d.tenants }

// Tenant finds an organisation.
func (d *Directory) Tenant(id identity.TenantID) (*Tenant, bool) {
	t, ok := d.byID[id]
	return t, ok
}

package saml

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	protocol "github.com/crewjam/saml"

	"samtjanst/integrations/eid"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
)

// Names of attributes about employees: Inera's for SITHS, and Sweden Connect's hsaid-01.
const (
	attrHSA        = "http://sambi.se/attributes/1/employeeHsaId"
	attrGiven      = "http://sambi.se/attributes/1/givenName"
	attrSurname    = "http://sambi.se/attributes/1/surname"
	attrCommission = "http://sambi.se/attributes/1/commissionHsaId"
	attrName       = "http://sambi.se/attributes/1/commissionName"
	attrPurpose    = "http://sambi.se/attributes/1/commissionPurpose"
	attrRight      = "http://sambi.se/attributes/1/commissionRight"
	attrCareGiver  = "http://sambi.se/attributes/1/healthCareProviderHsaId"
	attrLicence    = "http://sambi.se/attributes/1/healthcareProfessionalLicense"
	attrOrg        = "urn:credential:organizationName"
	attrMethod     = "urn:sambi:names:attribute:authnMethod"
	attrOIDHSA     = "urn:oid:1.2.752.29.6.2.1"
)

// StaffIdentity is who the provider says has logged in.
type StaffIdentity struct {
	Subject  string // issuer + "|" + HSA-id, stable for ever
	Name     string
	Groups   []string // values of the attribute that Config.Groups names
	AuthTime time.Time
	ACR      string // the level of assurance, a URI
}

// Staff is a StaffIdentity with what only these providers tell. A person may have several commissions and chooses one at the
// provider: what stands here is the chosen one.
type Staff struct {
	StaffIdentity
	HSAID        string
	Number       idno.Number // the credential's; zero when the provider does not tell it
	Organisation string      // that the credential was issued by
	Commission   Commission  // zero when none was chosen
	Licences     []string    // legitimerade yrken, as coded by Socialstyrelsen
	Method       string      // how the person authenticated, in the provider's words
	Level        int
}

// Commission is a medarbetaruppdrag.
type Commission struct {
	HSAID, Name, Purpose string
	Rights               []string // "Läsa;alla;VO"
	CareGiver            string   // HSA-id of the vårdgivare
}

// StaffClient is one provider for members of staff. Safe for concurrent use.
type StaffClient struct{ *core }

// NewStaff makes the client; it does not call out. Fault: Invalid.
func NewStaff(cfg Config, m Material, seen Seen, ck clock.Clock) (*StaffClient, error) {
	if a := cfg.withDefaults().Attributes; a != SITHS && a != HSAid {
		return nil, fault.Newf("saml.NewStaff", fault.Invalid, "attributes: %s does not name employees", a)
	}
	c, err := newCore(cfg, m, seen, ck)
	if err != nil {
		return nil, err
	}
	return &StaffClient{c}, nil
}

// Begin gives where to send the browser, and the reference to keep until it returns. relay comes back with it: at most 80
// characters, bound to the session that begins. Faults: Invalid, Unavailable.
func (c *StaffClient) Begin(ctx context.Context, relay string) (eid.Order, error) {
	return c.begin(ctx, question{use: staff}, 0, relay)
}

// Finish turns what the browser came back with into an identity. Faults: NotFound (no such login, or finished already), Unauthorised
// (the answer is not to this login, was cancelled, or does not hold; errors.As(err, *eid.Refusal) says what to tell), Unavailable.
func (c *StaffClient) Finish(ctx context.Context, ref string, posted url.Values) (Staff, error) {
	const op = "saml.Finish"
	t, err := c.ticket(ctx, op, ref, staff)
	if err != nil {
		return Staff{}, err
	}
	if c.late(t) {
		return Staff{}, refusal(op, fault.Unauthorised, "expired", eid.Expired, errors.New("the login took too long"))
	}
	a, err := c.open(ctx, t, posted)
	var who Staff
	if err == nil && a.top == protocol.StatusSuccess {
		who, err = c.employee(a)
	}
	if code := evidence.CodeOf(err); code != "" {
		return Staff{}, refusal(op, fault.Unauthorised, "evidence-"+string(code), eid.EvidenceRejected, err)
	}
	if err != nil {
		return Staff{}, unreachable(op, err)
	}
	if err := c.end(ctx, op, t); err != nil {
		return Staff{}, err
	}
	if a.top != protocol.StatusSuccess {
		return Staff{}, refusal(op, fault.Unauthorised, hint(a.top, a.second), failedMessage(a.top, a.second), errors.New("the provider logged nobody in"))
	}
	return who, nil
}

// employee reads who somebody is at work.
func (c *StaffClient) employee(a answer) (Staff, error) {
	as := a.assertion
	s := Staff{HSAID: either(as, attrHSA, attrOIDHSA), Organisation: as.One(attrOrg), Licences: as.Attributes[attrLicence], Method: as.One(attrMethod),
		Level: c.cfg.Levels[as.Context], Commission: Commission{HSAID: as.One(attrCommission), Name: as.One(attrName), Purpose: as.One(attrPurpose),
			Rights: as.Attributes[attrRight], CareGiver: as.One(attrCareGiver)}}
	if s.HSAID == "" || strings.ContainsAny(s.HSAID, "| ") {
		return Staff{}, reject(evidence.NoPerson, "no HSA-id")
	}
	if number := either(as, evidence.AttrCredentialNumber, evidence.AttrNumber); number != "" {
		n, err := idno.Parse(number, as.IssuedAt)
		if err != nil || !idno.Valid(number) {
			return Staff{}, reject(evidence.NoPerson, "a personal number that is none")
		}
		s.Number = n
	}
	name := either(as, evidence.AttrCredentialName, evidence.AttrDisplayName)
	if name == "" {
		given := either(as, attrGiven, evidence.AttrCredentialGiven, evidence.AttrGivenName)
		name = strings.TrimSpace(given + " " + either(as, attrSurname, evidence.AttrCredentialFamily, evidence.AttrSurname))
	}
	if name == "" {
		return Staff{}, reject(evidence.NoPerson, "no name")
	}
	s.StaffIdentity = StaffIdentity{Subject: as.Issuer + "|" + s.HSAID, Name: name, Groups: as.Attributes[c.cfg.Groups], AuthTime: as.AuthnInstant, ACR: as.Context}
	return s, nil
}

func either(a evidence.Assertion, names ...string) string {
	for _, n := range names {
		if v := a.One(n); v != "" {
			return v
		}
	}
	return ""
}

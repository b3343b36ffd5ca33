package sim

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"samtjanst/integrations/company/bolagsverket"
	"samtjanst/integrations/dispatch/accesspoint"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/freja"
	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/signservice"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/integrations/notify/smshttp"
	"samtjanst/integrations/notify/smtp"
	"samtjanst/integrations/population/navet"
	"samtjanst/integrations/property/lantmateriet"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/timestamp"
	"samtjanst/platform/signing/seal"
)

// Endpoints are the configurations of the platform's clients: addresses, certificates and secrets of everything that runs.
type Endpoints struct {
	URL    string // the pages
	BankID bankid.Config
	Freja  freja.Config
	// SAML is an identity provider, SignService a signing service behind which people identify themselves at another. The platform sets our
	// own addresses.
	SAML        saml.Config
	SignService signservice.Config
	// SITHS is where Ekköping's staff log in with cards. The platform sets our own address.
	SITHS     saml.Config
	Timestamp timestamp.Config
	Seals     map[string]seal.Config // by municipality
	Navet     navet.Config
	// Company is the register of companies.
	Company bolagsverket.Config
	// Property is the register of addresses and properties.
	Property lantmateriet.Config
	SMTP     smtp.Config
	SMS      smshttp.Config
	// Staff has a login for each tenant; the platform sets RedirectURL and LogoutURL, any address on this machine will do.
	Staff map[string]oidc.Config
	// Webhooks has a receiver for each target: "transport" and "school".
	Webhooks map[string]webhook.Config
	// Dispatch is the access point through which authorities send each other messages.
	Dispatch accesspoint.Config
	// RideLists is the folder that the transport operator's files come back through.
	RideLists string
}

// The receivers of handovers.
const (
	TransportTarget = "transport"
	SchoolTarget    = "school"
)

// secrets are what both sides know. They are made at the first start and kept, so that a platform that is configured by hand
// against a hub of its own does not have to be configured again.
type secrets struct {
	NavetTokenSecret   string `json:"navetTokenSecret"`
	NavetGatewaySecret string `json:"navetGatewaySecret"`
	CompanySecret      string `json:"companySecret"`
	PropertySecret     string `json:"propertySecret"`
	MailPassword       string `json:"mailPassword"`
	SMSToken           string `json:"smsToken"`
	StaffEkkoping      string `json:"staffEkkoping,omitempty"` // of the time when there were these two logins alone
	StaffTallvik       string `json:"staffTallvik,omitempty"`
	HookTransport      string `json:"hookTransport"`
	HookSchool         string `json:"hookSchool"`
	DispatchToken      string `json:"dispatchToken"`
	// Staff has the secret of each organisation's login.
	Staff map[string]string `json:"staff"`
}

func (s *secrets) all() []*string {
	return []*string{&s.NavetTokenSecret, &s.NavetGatewaySecret, &s.CompanySecret, &s.PropertySecret, &s.MailPassword, &s.SMSToken,
		&s.HookTransport, &s.HookSchool, &s.DispatchToken}
}

// loadSecrets reads the file, and makes those that are missing: of these logins too.
func loadSecrets(path string, logins []string) (secrets, error) {
	var s secrets
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("sim: %s: %w", path, err)
	}
	made := false
	for _, v := range s.all() {
		if *v == "" {
			*v, made = rand.Text()+rand.Text(), true
		}
	}
	if s.Staff == nil {
		s.Staff, made = map[string]string{}, true
		for id, was := range map[string]string{personas.EkkopingLogin: s.StaffEkkoping, personas.TallvikLogin: s.StaffTallvik} {
			if was != "" {
				s.Staff[id] = was
			}
		}
		s.StaffEkkoping, s.StaffTallvik = "", ""
	}
	for _, id := range logins {
		if s.Staff[id] == "" {
			s.Staff[id], made = rand.Text()+rand.Text(), true
		}
	}
	if !made {
		return s, nil
	}
	if b, err = json.MarshalIndent(s, "", "  "); err != nil {
		return s, fmt.Errorf("sim: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return s, fmt.Errorf("sim: %w", err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return s, fmt.Errorf("sim: %w", err)
	}
	return s, nil
}

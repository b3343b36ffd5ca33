package config

import (
	"fmt"
	"regexp"

	"samtjanst/integrations/eid/freja"
	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/signservice"
)

// EID is an e-legitimation beside BankID: exactly one of Freja, SAML and SignService.
type EID struct {
	ID    string            `yaml:"id"`    // as municipalities and forms name it, and as it stands in addresses: "freja"
	Title map[string]string `yaml:"title"` // as it is offered, by language; Swedish is needed
	Level int               `yaml:"level"` // of assurance, 2–4; 3 when 0
	// NoLogin says that it is for signatures only.
	NoLogin     bool                `yaml:"noLogin"`
	Freja       *freja.Config       `yaml:"freja"`
	SAML        *saml.Config        `yaml:"saml"`
	SignService *signservice.Config `yaml:"signService"`
}

var eidID = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// BankID is the id of BankID, which no other has.
const BankID = "bankid"

// AnswerPath is where browsers bring an e-legitimation's answer.
func AnswerPath(id string) string { return "/eid/svar/" + id }

// MetadataPath is where our own SAML metadata for an identity provider is.
func MetadataPath(id string) string { return "/eid/metadata/" + id }

// ready fills in what follows from the address that people reach us at.
func (e EID) ready(baseURL string) EID {
	if e.Level == 0 {
		e.Level = 3
	}
	if e.SAML != nil {
		c := *e.SAML
		c.ID = e.ID
		if c.EntityID == "" {
			c.EntityID = baseURL + MetadataPath(e.ID)
		}
		if c.ACS == "" {
			c.ACS = baseURL + AnswerPath(e.ID)
		}
		e.SAML = &c
	}
	if e.SignService != nil {
		c := *e.SignService
		c.ID = e.ID
		if c.ReturnURL == "" {
			c.ReturnURL = baseURL + AnswerPath(e.ID)
		}
		e.SignService = &c
	}
	return e
}

// EIDs are the e-legitimations beside BankID with what follows from BaseURL.
func (c Config) EIDs() []EID {
	out := make([]EID, len(c.EID))
	for i, e := range c.EID {
		out[i] = e.ready(c.BaseURL)
	}
	return out
}

// validateEIDs names the first wrong key.
func (c Config) validateEIDs() error {
	seen := map[string]bool{BankID: true}
	for i, e := range c.EIDs() {
		at := fmt.Sprintf("eid %d", i+1)
		switch {
		case !eidID.MatchString(e.ID):
			return fmt.Errorf("%s: id %q: lower-case letters, digits and hyphens", at, e.ID)
		case seen[e.ID]:
			return fmt.Errorf("%s: %s is there twice", at, e.ID)
		case e.Title["sv"] == "":
			return fmt.Errorf("%s: title: say what it is called in Swedish (sv)", at)
		case e.Level < 2 || e.Level > 4:
			return fmt.Errorf("%s: level %d: 2, 3 or 4", at, e.Level)
		}
		seen[e.ID] = true
		var err error
		switch {
		case e.Freja != nil && e.SAML == nil && e.SignService == nil:
			err = e.Freja.Validate()
		case e.SAML != nil && e.Freja == nil && e.SignService == nil:
			err = e.SAML.Validate()
		case e.SignService != nil && e.Freja == nil && e.SAML == nil:
			err = e.SignService.Validate()
		default:
			return fmt.Errorf("%s: one of freja, saml and signService is needed", at)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

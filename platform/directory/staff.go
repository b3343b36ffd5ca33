package directory

import (
	"errors"
	"fmt"
	"slices"

	"samtjanst/integrations/people/ldap"
	"samtjanst/integrations/people/scimclient"
)

// Sync is how the register of people follows the organisation's own directory.
type Sync struct {
	SCIM     SCIM                `yaml:"scim"`
	LDAP     []ldap.Config       `yaml:"ldap"`     // directories that are read
	Outwards []scimclient.Config `yaml:"outwards"` // systems that take rights away when we do
}

func (s *Sync) check() error {
	if err := s.SCIM.check(); err != nil {
		return fmt.Errorf("scim.%w", err)
	}
	seen := map[string]bool{}
	own := func(id string) error {
		if !slug(id) || seen[id] {
			return fmt.Errorf("id %q: use small letters, digits and hyphens, and each id once", id)
		}
		seen[id] = true
		return nil
	}
	for i := range s.LDAP {
		c := &s.LDAP[i]
		err := own(c.ID)
		if err == nil {
			c.Password, err = expand(c.Password)
		}
		if err == nil {
			err = c.Validate()
		}
		if err != nil {
			return fmt.Errorf("ldap[%d]: %w", i, err)
		}
	}
	for i := range s.Outwards {
		c := &s.Outwards[i]
		err := own(c.ID)
		if err == nil {
			c.Token, err = expand(c.Token)
		}
		if err == nil {
			err = c.Validate()
		}
		if err != nil {
			return fmt.Errorf("outwards[%d]: %w", i, err)
		}
	}
	return nil
}

// SCIM is how an organisation's own directory tells who works there, to our SCIM server.
type SCIM struct {
	// Tokens are bearer tokens, each of them good, so that one can be exchanged for another; or env:NAME. None: nobody is let in.
	Tokens []string `yaml:"tokens"`
	// Number is the attribute where personal numbers stand; "" the one of our own extension.
	Number string `yaml:"number"`
}

// minToken is how long a token is at least: what openssl rand -hex 16 gives.
const minToken = 32

// scimNumbers are the attributes that may have personal numbers.
var scimNumbers = []string{"", "urn:samtjanst:params:scim:schemas:extension:person:2.0:User:personalNumber",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"}

func (s *SCIM) check() error {
	for i, t := range s.Tokens {
		token, err := expand(t)
		if err != nil {
			return fmt.Errorf("tokens[%d]: %w", i, err)
		}
		if len(token) < minToken {
			return fmt.Errorf("tokens[%d]: has at least %d characters", i, minToken)
		}
		s.Tokens[i] = token
	}
	if !slices.Contains(scimNumbers, s.Number) {
		return errors.New("number: personal numbers stand in " + scimNumbers[1] + " or " + scimNumbers[2])
	}
	return nil
}

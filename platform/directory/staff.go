package directory

import (
	"errors"
	"fmt"
	"slices"
)

// Sync is how the register of people follows the organisation's own directory.
type Sync struct {
	SCIM SCIM `yaml:"scim"`
}

func (s *Sync) check() error {
	if err := s.SCIM.check(); err != nil {
		return fmt.Errorf("scim.%w", err)
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

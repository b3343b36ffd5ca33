package directory

import (
	"cmp"
	"fmt"

	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/eid/saml"
)

// Login is one of several logins of an organisation: exactly one of OIDC and SAML. Our own addresses follow from ours.
type Login struct {
	ID    string            `yaml:"id"`    // as it stands in addresses: "siths"
	Title map[string]string `yaml:"title"` // as it is offered, by language; Swedish is needed: "SITHS-kort"
	OIDC  *oidc.Config      `yaml:"oidc"`
	SAML  *saml.Config      `yaml:"saml"` // its files are named from the root, where no configuration says in which folder they stand
}

// In gives the title in a language, else in Swedish.
func (l Login) In(lang string) string { return cmp.Or(l.Title[lang], l.Title["sv"]) }

// Check says what is wrong with a login before our own addresses are in it.
func (l Login) Check() error {
	switch {
	case !slug(l.ID):
		return fmt.Errorf("id %q: use small letters, digits and hyphens", l.ID)
	case l.Title["sv"] == "":
		return fmt.Errorf("%s: title: say what it is called in Swedish (sv)", l.ID)
	case (l.OIDC == nil) == (l.SAML == nil):
		return fmt.Errorf("%s: either oidc or saml is needed", l.ID)
	}
	return nil
}

// CheckLogins says what is wrong with an organisation's logins, and takes their secrets from the environment.
func CheckLogins(logins []Login) error {
	seen := map[string]bool{}
	for i, l := range logins {
		if err := l.Check(); err != nil {
			return fmt.Errorf("staff.logins[%d]: %w", i, err)
		}
		if seen[l.ID] {
			return fmt.Errorf("staff.logins[%d]: a second login with id %q", i, l.ID)
		}
		seen[l.ID] = true
		if l.OIDC == nil {
			continue
		}
		secret, err := expand(l.OIDC.ClientSecret)
		if err != nil {
			return fmt.Errorf("staff.logins[%d]: clientSecret: %w", i, err)
		}
		l.OIDC.ClientSecret = secret
	}
	return nil
}

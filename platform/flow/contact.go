package flow

import (
	"context"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/identity"
)

// SavedContact is how the citizen has said he or she wants to be reached.
func (s *Service) SavedContact(ctx context.Context, a identity.Actor) (casework.Contact, error) {
	who, err := citizen(a)
	if err != nil {
		return casework.Contact{}, err
	}
	return s.contact(ctx, who.Number)
}

// SaveContact saves it; both empty takes it away. The phone may be written the Swedish way.
func (s *Service) SaveContact(ctx context.Context, a identity.Actor, c casework.Contact) ([]forms.Problem, error) {
	who, err := citizen(a)
	if err != nil {
		return nil, err
	}
	c.Email = strings.TrimSpace(c.Email)
	c.Phone = e164(c.Phone)
	var problems []forms.Problem
	if c.Email != "" && (len(c.Email) > 254 || !emailPattern.MatchString(c.Email)) {
		problems = append(problems, forms.Problem{Pointer: "/email", Code: forms.FormatCode, Params: map[string]any{"format": "email"}})
	}
	if c.Phone != "" && !phonePattern.MatchString(c.Phone) {
		problems = append(problems, forms.Problem{Pointer: "/phone", Code: forms.FormatCode, Params: map[string]any{"format": "phone"}})
	}
	if problems != nil {
		return problems, nil
	}
	return nil, s.putContact(ctx, who.Number, c)
}

// e164 writes a Swedish number with the country code and takes spaces, hyphens and brackets away.
func e164(s string) string {
	s = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "\u00a0", "").Replace(strings.TrimSpace(s))
	switch {
	case strings.HasPrefix(s, "00"):
		return "+" + s[2:]
	case strings.HasPrefix(s, "0"):
		return "+46" + s[1:]
	}
	return s
}

func today(t time.Time) string { return clock.Date(t) }

func tenantID(s string) identity.TenantID { return identity.TenantID(s) }

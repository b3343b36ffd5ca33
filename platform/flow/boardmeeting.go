package flow

import (
	"context"
	"strings"

	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// NextMeeting is the day (YYYY-MM-DD) of the board's first meeting to which a decision is reported (kommunallagen 6:40); "" when the register
// of people has none planned.
func (s *Service) NextMeeting(ctx context.Context, a identity.Actor, auth identity.AuthorityID, r Row) (string, error) {
	if !a.Has(auth, anyStaff...) {
		return "", fault.New("flow.NextMeeting", fault.NotFound, nil)
	}
	if s.People == nil {
		return "", nil
	}
	tenant, slug, _ := strings.Cut(string(auth), "/")
	all, err := s.People.Now(ctx, identity.TenantID(tenant))
	if err != nil {
		return "", fault.Wrap("flow.NextMeeting", err)
	}
	if m, ok := all.Board(slug).NextMeeting(r.Decided); ok {
		return m.Day.String(), nil
	}
	return "", nil
}

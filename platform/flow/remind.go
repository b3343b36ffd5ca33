package flow

import (
	"context"

	"samtjanst/platform/casework"
	"samtjanst/platform/identity"
)

// RemindMissing has everybody reminded now whose signature is wanted and can still come, and says how many. It is no look at
// the case: nothing of it is shown, so it leaves no line in the log of reads.
func (s *Service) RemindMissing(ctx context.Context, a identity.Actor, id casework.ID) (int, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, p := range e.Case.Order.Places {
		if !e.Case.MaySign(p.Party) {
			continue
		}
		if err := s.Remind(ctx, a, id, p.Party); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

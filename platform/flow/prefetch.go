package flow

import (
	"context"

	"samtjanst/platform/casework"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// prefetch opens in one call to the store what a page about the case is made of: for a party what he or she may read, for the officer (nil)
// all of it, with the bodies of the events.
func (s *Service) prefetch(ctx context.Context, e *vault.Entry, p *casework.Party) error {
	c := &e.Case
	ids := []casework.PartID{casework.PartID(c.Content.Common.Part.ID), casework.PartID(c.Content.Facts.Part.ID)}
	may := func(q signing.Audience) bool { return p == nil || q.Includes(p.ID) }
	if g := c.Content.Given; g != nil && may(g.Part.Audience) {
		ids = append(ids, casework.PartID(g.Part.ID))
	}
	for _, q := range c.Parties {
		if q.Own != nil && may(q.Own.Part.Audience) {
			ids = append(ids, casework.PartID(q.Own.Part.ID))
		}
		if q.Facts != nil && may(q.Facts.Part.Audience) {
			ids = append(ids, casework.PartID(q.Facts.Part.ID))
		}
	}
	for _, h := range c.Events {
		if p == nil || c.State == casework.AwaitingCompletion && h.Kind == (casework.CompletionOrdered{}).Kind() {
			ids = append(ids, h.Body)
		}
	}
	_, err := s.Vault.Parts(ctx, e, ids...)
	return err
}

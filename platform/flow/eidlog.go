package flow

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
)

// What an e-legitimation does wrong is told to whoever asked, in words, and to the operator in the log, by the provider's code: a refused
// answer is a forgery or a fault of the provider's, and nobody but the operator can find out which. Neither names the person.

// silencePace is how often the log says of one provider that it does not answer: orders in progress are asked about every other second each.
const silencePace = time.Minute

// silences remembers when the log last said so of a provider. The zero value has said nothing.
type silences struct {
	mu   sync.Mutex
	said map[string]time.Time
}

// due reports whether it is to be said now, and takes it as said.
func (s *silences) due(provider string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.said[provider]; ok && now.Sub(last) < silencePace {
		return false
	}
	if s.said == nil {
		s.said = map[string]time.Time{}
	}
	s.said[provider] = now
	return true
}

// noteProgress logs what came of asking about an order, when that is the operator's concern. about says whose order it is, as the log's
// attributes.
func (s *Service) noteProgress(ctx context.Context, provider string, st eid.Status, err error, about []any) {
	attributes := func(more ...any) []any { return append(append([]any{"provider", provider}, more...), about...) }
	switch {
	case errors.Is(err, fault.NotFound), errors.Is(err, context.Canceled): // collected elsewhere; or we are stopping
	case errors.Is(err, fault.Unavailable):
		if s.silences.due(provider, s.Clock.Now()) {
			s.Log.WarnContext(ctx, "an e-legitimation does not answer, and is asked again", attributes("error", err)...)
		}
	case err != nil:
		s.Log.ErrorContext(ctx, "an e-legitimation refused what it was asked", attributes("error", err)...)
	case st.State != eid.Failed:
	case strings.HasPrefix(st.Hint, "evidence-"):
		s.Log.ErrorContext(ctx, "an e-legitimation's answer was refused", attributes("check", strings.TrimPrefix(st.Hint, "evidence-"))...)
	case st.Message == eid.RiskBlocked, st.Message == eid.TechnicalFault, st.Message == eid.UnknownFault:
		s.Log.WarnContext(ctx, "an e-legitimation ended an order", attributes("code", st.Hint)...)
	}
}

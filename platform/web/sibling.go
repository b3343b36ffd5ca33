package web

import "samtjanst/platform/httpkit"

// sibling begins an application for a sibling with what is the same.
func (s *site) sibling(r *httpkit.Request) error {
	draft, err := s.Flow.Copy(r.Context(), r.Actor(), caseID(r))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	return r.See("/ansokan/" + draft)
}

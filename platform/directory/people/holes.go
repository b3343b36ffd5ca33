package people

import (
	"slices"
	"time"

	"samtjanst/platform/identity"
)

// Hole is a time when nobody who may decide is on call.
type Hole struct{ From, To time.Time }

// Holes lists the holes in a board's schedule between two moments: nobody has a shift, or those who have are away, have left, or have no
// right to decide then.
func (s *Snapshot) Holes(slug string, from, to time.Time) []Hole {
	b := s.Board(slug)
	edges := []time.Time{from, to}
	add := func(ts ...time.Time) {
		for _, t := range ts {
			if t.After(from) && t.Before(to) {
				edges = append(edges, t)
			}
		}
	}
	for _, sh := range b.Shifts {
		add(sh.From, sh.To)
		if p := s.byID[sh.Person]; p != nil {
			for _, a := range p.Absences {
				add(a.From, a.To)
			}
			for _, r := range p.Roles {
				add(r.edges()...)
			}
			for _, m := range p.Mandates {
				add(m.edges()...)
			}
		}
	}
	slices.SortFunc(edges, time.Time.Compare)
	var out []Hole
	for i := range len(edges) - 1 {
		begin, end := edges[i], edges[i+1]
		if begin.Equal(end) || slices.ContainsFunc(b.OnCall(begin), func(id ID) bool { return s.answers(id, slug, begin) }) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].To.Equal(begin) {
			out[n-1].To = end
			continue
		}
		out = append(out, Hole{begin, end})
	}
	return out
}

// answers reports whether a person who is on call can take decisions for the board then.
func (s *Snapshot) answers(id ID, slug string, at time.Time) bool {
	p := s.byID[id]
	return p != nil && p.Here() && !p.Away(at) && slices.ContainsFunc(s.Holds(p, at), func(r Role) bool {
		return r.Authority == slug && (r.Role == identity.Chair || r.Role == identity.Decider)
	})
}

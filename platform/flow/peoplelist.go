package flow

import (
	"context"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// DelegationEdit is a line of the delegation list as it is typed.
type DelegationEdit struct {
	Kinds, Title       string
	Person             people.ID // instead of Title
	Law, Number        string
	Decided, Paragraph string
	From, To           string
	Note               string
}

// ProposeDelegation proposes a line of the board's delegation list, which is the board's to decide and so takes its paper and a second person.
// It gives the change's id. Pointers of problems: "/kinds", "/title", "/person", "/decided", "/paragraph", "/from", "/to", "/note", "/paper".
func (s *Service) ProposeDelegation(ctx context.Context, a identity.Actor, ref BoardRef, in DelegationEdit, paper *PaperFile) (string, []forms.Problem, error) {
	sc, err := s.peopleScope(ctx, a, ref, false)
	if err != nil {
		return "", nil, err
	}
	if in.Person != "" {
		p := sc.snap.Person(in.Person)
		if p == nil || !p.Here() {
			return "", []forms.Problem{{Pointer: "/person", Code: forms.NotAnOption}}, nil
		}
		if _, member := sc.snap.Standing(p, ref.Board, sc.now); !member {
			return "", []forms.Problem{{Pointer: "/person", Code: forms.NotAnOption}}, nil
		}
	}
	line, problems := people.TypedDelegation{Kinds: in.Kinds, Title: in.Title, Person: in.Person, Law: in.Law, Number: in.Number, Decided: in.Decided,
		Paragraph: in.Paragraph, From: in.From, To: in.To}.Read(sc.now)
	note, err := cleanText(strings.TrimSpace(in.Note), maxGround)
	if err != nil {
		problems = append(problems, forms.Problem{Pointer: "/note", Code: forms.BadText})
	}
	if len(problems) > 0 {
		return "", problems, nil
	}
	c := people.Change{Tenant: ref.Tenant, Authority: ref.Board, Lists: []people.ListEdit{{Line: line}}, Note: note, By: signatory(a)}
	return s.proposed(ctx, a, sc, c, paper, true)
}

// EndDelegation proposes that the n-th line of the list ends with a day. Pointers of problems: "/to", "/paper". fault.NotFound for a line that
// there is not; fault.Conflict when the board has been changed since rev.
func (s *Service) EndDelegation(ctx context.Context, a identity.Actor, ref BoardRef, rev int64, n int, last string, paper *PaperFile) (string, []forms.Problem, error) {
	const op = "flow.EndDelegation"
	sc, err := s.peopleScope(ctx, a, ref, false)
	if err != nil {
		return "", nil, err
	}
	b, _, err := s.People.Board(ctx, ref.Tenant, ref.Board)
	switch {
	case err != nil:
		return "", nil, err
	case b.Rev != rev:
		return "", nil, fault.Newf(op, fault.Conflict, "board is at revision %d", b.Rev)
	case n < 0 || n >= len(b.Delegations):
		return "", nil, fault.New(op, fault.NotFound, nil)
	}
	day, err := calendar.Parse(strings.TrimSpace(last))
	if err != nil {
		return "", []forms.Problem{{Pointer: "/to", Code: forms.NotADate}}, nil
	}
	if day.Before(b.Delegations[n].Period.From) {
		return "", []forms.Problem{{Pointer: "/to", Code: people.EndsBefore}}, nil
	}
	c := people.Change{Tenant: ref.Tenant, Authority: ref.Board, Lists: []people.ListEdit{{Line: b.Delegations[n], End: day}}, By: signatory(a)}
	return s.proposed(ctx, a, sc, c, paper, true)
}

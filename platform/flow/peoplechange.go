package flow

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
)

// ChangeView is a change as its readers see it: the board's administrators, and the host's while it waits.
type ChangeView struct {
	Board  PeopleBoard
	Change people.Change // its people are as the board sees them
	Names  map[people.ID]string
	Mine   bool // the reader proposed it
	// Confirms: the reader may confirm or refuse it.
	Confirms bool
	// Stale: somebody whom it changes has been changed since, so that it can only be refused or taken back.
	Stale bool
	// Asked are the names of the secretaries whose signature it waits for; none when it does not.
	Asked []string
}

// PeopleChanges lists a board's changes, newest first: all of them for its own administrators, what waits for the host's.
func (s *Service) PeopleChanges(ctx context.Context, a identity.Actor, ref BoardRef) (PeopleBoard, []people.Change, error) {
	sc, err := s.peopleScope(ctx, a, ref, true)
	if err != nil {
		return PeopleBoard{}, nil, err
	}
	all, err := s.People.Changes(ctx, ref.Tenant)
	if err != nil {
		return PeopleBoard{}, nil, err
	}
	all = slices.DeleteFunc(all, func(c people.Change) bool { return !sc.sees(a, &c) })
	for i := range all {
		sc.narrow(&all[i])
	}
	return sc.view(), all, nil
}

// sees reports whether the actor may read a change.
func (sc *boardScope) sees(a identity.Actor, c *people.Change) bool {
	switch {
	case c.Authority != sc.Board:
		return false
	case c.State == people.Prepared:
		return sc.keeps && c.By.Same(signatory(a))
	}
	return sc.keeps || c.State.Waits() || c.State == people.Applying || c.EndedBy.Same(signatory(a))
}

// narrow leaves of a change's people what the board sees of them.
func (sc *boardScope) narrow(c *people.Change) {
	edits := make([]people.Edit, len(c.Edits))
	for i, e := range c.Edits {
		edits[i].Person = e.Person.Only(sc.Board)
		if e.Was != nil {
			was := e.Was.Only(sc.Board)
			edits[i].Was = &was
		}
	}
	c.Edits = edits
}

// peopleChange opens one as it is now that it is looked at. fault.NotFound for a change that the actor does not see.
func (s *Service) peopleChange(ctx context.Context, a identity.Actor, ref BoardRef, id string) (*boardScope, people.Change, error) {
	sc, err := s.peopleScope(ctx, a, ref, true)
	if err != nil {
		return nil, people.Change{}, err
	}
	c, err := s.People.Change(ctx, ref.Tenant, id)
	if err != nil {
		return nil, c, err
	}
	if !sc.sees(a, &c) {
		return nil, people.Change{}, fault.New("flow.peopleChange", fault.NotFound, nil)
	}
	all := []people.Change{c}
	s.settlePapers(ctx, all) // what cannot be looked after now still waits
	return sc, all[0], nil
}

// PeopleChange shows one. fault.NotFound.
func (s *Service) PeopleChange(ctx context.Context, a identity.Actor, ref BoardRef, id string) (*ChangeView, error) {
	sc, c, err := s.peopleChange(ctx, a, ref, id)
	if err != nil {
		return nil, err
	}
	v := &ChangeView{Board: sc.view(), Mine: c.By.Same(signatory(a)), Names: map[people.ID]string{}}
	open := c.State.Waits() || c.State == people.Prepared
	for _, e := range c.Edits {
		_, stands := e.On(sc.snap.Person(e.Person.ID))
		v.Stale = v.Stale || open && !stands
	}
	for _, l := range c.Lists {
		if p := sc.snap.Person(l.Line.Person); p != nil {
			v.Names[p.ID] = p.Name
		}
	}
	if c.State == people.Signing {
		for _, id := range c.Signers {
			if p := sc.snap.Person(id); p != nil {
				v.Asked = append(v.Asked, p.Name)
			}
		}
	}
	v.Confirms = c.State == people.Applying || c.State == people.Proposed && !v.Mine
	sc.narrow(&c)
	v.Change = c
	return v, nil
}

// ChangePaper gives the paper of a change. fault.NotFound.
func (s *Service) ChangePaper(ctx context.Context, a identity.Actor, ref BoardRef, id string) (*File, error) {
	const op = "flow.ChangePaper"
	_, c, err := s.peopleChange(ctx, a, ref, id)
	if err != nil {
		return nil, err
	}
	if c.Paper == nil {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	body, err := files.Attachment{ID: c.Paper.Blob, Key: c.Paper.Key}.Open(ctx, s.Blobs)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	return &File{Name: c.Paper.Name, Type: "application/pdf", Size: c.Paper.Size, Body: body}, nil
}

// ConfirmChange carries a change out. fault.Forbidden for who proposed it; fault.Conflict when it does not wait any more, waits for its paper, or
// is stale; fault.Exists when somebody else has got a number of it meanwhile.
func (s *Service) ConfirmChange(ctx context.Context, a identity.Actor, ref BoardRef, id string) error {
	_, c, err := s.peopleChange(ctx, a, ref, id)
	if err != nil {
		return err
	}
	if c.State == people.Prepared {
		return fault.Newf("flow.ConfirmChange", fault.Conflict, "it is not proposed")
	}
	_, err = s.People.Confirm(ctx, ref.Tenant, id, signatory(a))
	return err
}

// RefuseChange ends a change that waits: a refusal, which takes a ground ("/ground" is its pointer), or taken back by who proposed it.
// fault.Conflict when it does not wait any more.
func (s *Service) RefuseChange(ctx context.Context, a identity.Actor, ref BoardRef, id, ground string) ([]forms.Problem, error) {
	_, c, err := s.peopleChange(ctx, a, ref, id)
	if err != nil {
		return nil, err
	}
	ground, err = cleanText(strings.TrimSpace(ground), maxGround)
	switch {
	case err != nil:
		return []forms.Problem{{Pointer: "/ground", Code: forms.BadText}}, nil
	case ground == "" && !c.By.Same(signatory(a)):
		return []forms.Problem{{Pointer: "/ground", Code: forms.Required}}, nil
	}
	if c.State == people.Signing {
		switch e, err := s.Vault.BySubmission(ctx, changeDraft(c.ID)); {
		case err == nil:
			if err := s.endOrder(ctx, e.Case.ID, cmp.Or(ground, "Den som föreslog ändringen tog tillbaka den.")); err != nil {
				return nil, err
			}
		case !errors.Is(err, fault.NotFound) && !errors.Is(err, fault.Gone):
			return nil, err
		}
	}
	_, err = s.People.Refuse(ctx, ref.Tenant, id, signatory(a), ground)
	return nil, err
}

// PrepareImport reads a file of people and keeps what it would change, for its maker to look at, and gives the change's id. The problem says
// what is wrong with the file as a whole; one of which nothing is taken and nothing refused changes nothing (NothingChanged). The refused rows
// of a file from which nothing is taken are given with the problem NothingTaken.
func (s *Service) PrepareImport(ctx context.Context, a identity.Actor, ref BoardRef, name string, raw []byte) (string, *ImportProblem, error) {
	sc, err := s.peopleScope(ctx, a, ref, false)
	if err != nil {
		return "", nil, err
	}
	if len(raw) > people.MaxImport {
		return "", &ImportProblem{Problem: forms.Problem{Pointer: "/file", Code: forms.FileTooBig, Params: map[string]any{"name": files.CleanName(name), "max": int64(people.MaxImport)}}}, nil
	}
	lines, problem := people.ReadFile(raw)
	if problem != nil {
		return "", &ImportProblem{Problem: *problem}, nil
	}
	plan := sc.snap.Planned(lines, ref.Board, sc.now, func(p *people.Person) bool { return mayTouch(a, sc.tenant, p, sc.now) })
	if len(plan.Edits) == 0 {
		code := NothingChanged
		if len(plan.Refused) > 0 {
			code = NothingTaken
		}
		return "", &ImportProblem{Problem: forms.Problem{Pointer: "/file", Code: code}, Refused: plan.Refused}, nil
	}
	c, err := s.People.Prepare(ctx, people.Change{Tenant: ref.Tenant, Authority: ref.Board, Edits: plan.Edits, By: signatory(a),
		From: &people.Source{Name: files.CleanName(name), Rows: plan.Rows, Same: plan.Same, Refused: plan.Refused}})
	return c.ID, nil, err
}

// NothingTaken says that every row of a file was refused.
const NothingTaken = "nothing-taken"

// ImportProblem is why a file changes nothing.
type ImportProblem struct {
	forms.Problem
	Refused []people.Refusal
}

// ProposeImport proposes what was prepared, with the paper. fault.Conflict when it is proposed already, or somebody of whom it was made has been
// changed since: then the file is read again.
func (s *Service) ProposeImport(ctx context.Context, a identity.Actor, ref BoardRef, id, note string, paper *PaperFile) ([]forms.Problem, error) {
	sc, c, err := s.peopleChange(ctx, a, ref, id)
	if err != nil {
		return nil, err
	}
	if c.State != people.Prepared {
		return nil, fault.Newf("flow.ProposeImport", fault.Conflict, "it is %s", c.State)
	}
	if c.Note, err = cleanText(strings.TrimSpace(note), maxGround); err != nil {
		return []forms.Problem{{Pointer: "/note", Code: forms.BadText}}, nil
	}
	_, problems, err := s.proposed(ctx, a, sc, c, paper, true)
	return problems, err
}

// ImportTemplate is a file with the titles of every column and nobody in it, as Excel opens it.
func ImportTemplate() []byte {
	var b bytes.Buffer
	b.WriteString("\xef\xbb\xbf")
	for i, c := range people.Columns() {
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(string(c))
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// carryOnPeople finishes changes that were being carried out when a process died.
func (s *Service) carryOnPeople(ctx context.Context) {
	if err := s.People.CarryOn(ctx); err != nil && !errors.Is(err, context.Canceled) {
		s.Log.ErrorContext(ctx, "a confirmed change of people is not carried out, and is tried again", "error", err)
	}
}

package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
)

// PersonEdit is what an administrator wants with a person.
type PersonEdit struct {
	people.Typed
	Op   string // one of the operations
	Rev  int64  // of the person when the page was shown; 0 for somebody new
	Note string // to who confirms
}

// Operations on a person.
const (
	ChangePerson = "andra"
	ClosePerson  = "avsluta"   // leaves the board
	ReopenPerson = "ateroppna" // is back
)

// PaperFile is the paper that backs a change: as it is uploaded, or one that the board's secretary is asked to sign here. It is read when nothing
// else is wrong.
type PaperFile struct {
	Name string
	Body io.Reader // nil: there is none
	Sign bool
}

// Problems of a change, beside those of forms and people.
const (
	NothingChanged = "nothing-changed"
	PaperNeeded    = "paper-needed" // who may do what is changed by the board's signed paper alone
	PaperKind      = "paper-kind"   // no PDF
)

const maxGround = 2000 // characters

// ProposePerson proposes a change of one of the board's people, or somebody new when id is "", and gives the change's id. Somebody new whom the
// organisation has already becomes one of the board's. Pointers of problems are those of people.Typed, "/note" and "/paper". fault.Conflict when
// somebody else has changed the person since; fault.NotFound for a person whom the board does not have.
func (s *Service) ProposePerson(ctx context.Context, a identity.Actor, ref BoardRef, id people.ID, in PersonEdit, paper *PaperFile) (string, []forms.Problem, error) {
	sc, err := s.peopleScope(ctx, a, ref, false)
	if err != nil {
		return "", nil, err
	}
	var was, is people.Person
	var problems []forms.Problem
	if id == "" {
		was, is, problems = s.newcomer(a, sc, in)
	} else {
		if was, _, _, err = s.boardPerson(ctx, sc, id); err != nil {
			return "", nil, err
		}
		if was.Rev != in.Rev {
			return "", nil, fault.Newf("flow.ProposePerson", fault.Conflict, "person is at revision %d", was.Rev)
		}
		is, problems = s.edited(a, sc, was, in)
	}
	note, err := cleanText(strings.TrimSpace(in.Note), maxGround)
	if err != nil {
		problems = append(problems, forms.Problem{Pointer: "/note", Code: forms.BadText})
	}
	if len(problems) > 0 {
		return "", problems, nil
	}
	what := people.Differences(&was, &is)
	if len(what) == 0 {
		return "", []forms.Problem{{Code: NothingChanged}}, nil
	}
	onPaper := slices.ContainsFunc(what, func(w string) bool {
		return slices.Contains([]string{"roles", "mandates", people.Closed, people.Opened}, w)
	})
	c := people.Change{Tenant: ref.Tenant, Authority: ref.Board, Edits: []people.Edit{{Person: is}}, Note: note, By: signatory(a)}
	return s.proposed(ctx, a, sc, c, paper, onPaper)
}

// newcomer reads somebody who is new to the board.
func (s *Service) newcomer(a identity.Actor, sc *boardScope, in PersonEdit) (was, is people.Person, problems []forms.Problem) {
	is, problems = in.Typed.On(people.Person{Tenant: sc.Tenant}, sc.Board, sc.now)
	if len(problems) > 0 {
		return was, is, problems
	}
	known, code := sc.snap.Match(is.Name, is.Number, is.Email)
	if code != "" {
		return was, is, []forms.Problem{{Pointer: "/number", Code: code}}
	}
	if known == nil {
		return was, is, nil
	}
	was = known.Clone()
	if _, member := sc.snap.Standing(known, sc.Board, sc.now); member {
		return was, is, []forms.Problem{{Pointer: "/number", Code: forms.NotUnique}}
	}
	typed := people.TypedOf(&was, sc.Board) // who the person is, the organisation knows already
	typed.Roles, typed.Mandates = in.Roles, in.Mandates
	if typed.Number == "" && was.Synced == nil && mayTouch(a, sc.tenant, &was, sc.now) {
		typed.Number = in.Number
	}
	is, problems = typed.On(was, sc.Board, sc.now)
	return was, is, problems
}

// edited reads a change of somebody whom the board has.
func (s *Service) edited(a identity.Actor, sc *boardScope, was people.Person, in PersonEdit) (people.Person, []forms.Problem) {
	switch in.Op {
	case ClosePerson:
		return was.Leaves(sc.Board, sc.now), nil
	case ReopenPerson:
		is := was.Clone()
		is.Closed = time.Time{}
		if other := sc.snap.ByNumber(is.Number); other != nil && other.ID != is.ID {
			return is, []forms.Problem{{Code: people.TwoPeople}}
		}
		return is, nil
	}
	typed, facts := in.Typed, was.Synced == nil && mayTouch(a, sc.tenant, &was, sc.now)
	if !facts { // the page does not offer them
		typed = people.TypedOf(&was, sc.Board)
		typed.Roles, typed.Mandates = in.Roles, in.Mandates
	}
	is, problems := typed.On(was, sc.Board, sc.now)
	if other := sc.snap.ByNumber(is.Number); len(problems) == 0 && is.Here() && other != nil && other.ID != is.ID {
		problems = []forms.Problem{{Pointer: "/number", Code: people.TwoPeople}}
	}
	return is, problems
}

// proposed takes the paper and proposes a change. What was kept of the paper is taken away again when the change cannot be.
func (s *Service) proposed(ctx context.Context, a identity.Actor, sc *boardScope, c people.Change, paper *PaperFile, needed bool) (string, []forms.Problem, error) {
	switch {
	case paper != nil && paper.Sign && paper.Body != nil:
		return "", []forms.Problem{{Pointer: "/paper", Code: SecretaryOrPaper}}, nil
	case paper != nil && paper.Sign:
		return s.proposedToSign(ctx, a, sc, c)
	case paper != nil:
		kept, problem, err := s.takePaper(ctx, paper)
		if problem != nil || err != nil {
			return "", problemList(problem), err
		}
		c.Paper = kept
	case needed && c.Paper == nil:
		return "", []forms.Problem{{Pointer: "/paper", Code: PaperNeeded}}, nil
	}
	done, err := s.People.Propose(ctx, c)
	if err == nil {
		return done.ID, nil, nil
	}
	if paper != nil {
		s.dropPaper(ctx, c.Paper)
	}
	return "", nil, err
}

func problemList(p *forms.Problem) []forms.Problem {
	if p == nil {
		return nil
	}
	return []forms.Problem{*p}
}

// takePaper seals a PDF among the platform's files. The problem says what is wrong with it; nothing is kept of it then.
func (s *Service) takePaper(ctx context.Context, paper *PaperFile) (*people.Paper, *forms.Problem, error) {
	const op = "flow.takePaper"
	sum := sha256.New()
	got, err := files.Receive(ctx, s.Blobs, s.Scanner, io.TeeReader(paper.Body, sum), paper.Name, 0, s.Limits)
	var refused *files.Refusal
	switch {
	case errors.As(err, &refused):
		return nil, &forms.Problem{Pointer: "/paper", Code: refused.Code, Params: refused.Params}, nil
	case err != nil:
		return nil, nil, fault.Wrap(op, err)
	}
	kept := &people.Paper{Blob: got.ID, Key: got.Key, Name: got.Name, Size: got.Size, Digest: hex.EncodeToString(sum.Sum(nil))}
	if got.Type != "application/pdf" {
		s.dropPaper(ctx, kept)
		return nil, &forms.Problem{Pointer: "/paper", Code: PaperKind, Params: map[string]any{"name": got.Name}}, nil
	}
	return kept, nil, nil
}

func (s *Service) dropPaper(ctx context.Context, p *people.Paper) {
	if p == nil {
		return
	}
	if err := s.Blobs.Delete(context.WithoutCancel(ctx), p.Blob); err != nil && !errors.Is(err, fault.NotFound) {
		s.Log.WarnContext(ctx, "blob not deleted", "blob", p.Blob, "error", err)
	}
}

// AbsenceEdit is an absence as it is typed: from a day, and until a day with it, or until further notice.
type AbsenceEdit struct{ FromDay, FromTime, ToDay, ToTime string }

// AddAbsence notes that one of the board's people is not to be asked for a time; it needs nobody else. Pointers of problems: "/from", "/to".
// fault.Conflict when somebody else has changed the person since rev.
func (s *Service) AddAbsence(ctx context.Context, a identity.Actor, ref BoardRef, id people.ID, rev int64, in AbsenceEdit) ([]forms.Problem, error) {
	var problems []forms.Problem
	err := s.editAbsences(ctx, a, ref, id, rev, func(p *people.Person) bool {
		from, ok := swedishMoment(in.FromDay, in.FromTime, 0)
		if !ok {
			problems = append(problems, forms.Problem{Pointer: "/from", Code: forms.FormatCode, Params: map[string]any{"format": "date-time"}})
		}
		one := people.Absence{From: from}
		if strings.TrimSpace(in.ToDay) != "" {
			if one.To, ok = swedishMoment(in.ToDay, in.ToTime, 1); !ok {
				problems = append(problems, forms.Problem{Pointer: "/to", Code: forms.FormatCode, Params: map[string]any{"format": "date-time"}})
			} else if !one.To.After(one.From) {
				problems = append(problems, forms.Problem{Pointer: "/to", Code: people.EndsBefore})
			}
		}
		p.Absences = append(p.Absences, one)
		slices.SortStableFunc(p.Absences, func(x, y people.Absence) int { return x.From.Compare(y.From) })
		return len(problems) == 0
	})
	return problems, err
}

// RemoveAbsence takes the n-th absence away, or has one that has begun end now. Faults as AddAbsence; fault.NotFound when there is none.
func (s *Service) RemoveAbsence(ctx context.Context, a identity.Actor, ref BoardRef, id people.ID, rev int64, n int) error {
	found := false
	now := s.Clock.Now()
	err := s.editAbsences(ctx, a, ref, id, rev, func(p *people.Person) bool {
		if found = n >= 0 && n < len(p.Absences); !found {
			return false
		}
		if p.Absences[n].From.Before(now) {
			p.Absences[n].To = now
		} else {
			p.Absences = slices.Delete(p.Absences, n, n+1)
		}
		return true
	})
	if err == nil && !found {
		return fault.New("flow.RemoveAbsence", fault.NotFound, nil)
	}
	return err
}

func (s *Service) editAbsences(ctx context.Context, a identity.Actor, ref BoardRef, id people.ID, rev int64, edit func(*people.Person) bool) error {
	sc, err := s.peopleScope(ctx, a, ref, false)
	if err != nil {
		return err
	}
	p, _, _, err := s.boardPerson(ctx, sc, id)
	if err != nil {
		return err
	}
	if p.Rev != rev {
		return fault.Newf("flow.editAbsences", fault.Conflict, "person is at revision %d", p.Rev)
	}
	p = p.Clone()
	if !edit(&p) {
		return nil
	}
	_, err = s.People.Put(ctx, p, people.Entry{By: a.Staff.Subject, ByName: a.Staff.Name})
	return err
}

// swedishMoment reads a Swedish day and time of day, "2026-11-28" and "16.30"; without a time the midnight that begins the day, or so many days later.
func swedishMoment(on, clockTime string, days int) (time.Time, bool) {
	d, err := calendar.Parse(strings.TrimSpace(on))
	if err != nil {
		return time.Time{}, false
	}
	clockTime = strings.ReplaceAll(strings.TrimSpace(clockTime), ".", ":")
	if clockTime == "" {
		return d.AddDays(days).At(0, 0, clock.Stockholm), true
	}
	t, err := time.Parse("15:04", clockTime)
	if err != nil {
		return time.Time{}, false
	}
	return d.At(t.Hour(), t.Minute(), clock.Stockholm), true
}

// dayBegins is the beginning of a moment's Swedish day.
func dayBegins(at time.Time) time.Time {
	return calendar.On(at.In(clock.Stockholm)).At(0, 0, clock.Stockholm)
}

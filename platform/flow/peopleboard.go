package flow

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// Limits of a board's schedule.
const (
	maxWeekly     = 52 // times that a shift repeats
	maxShift      = 14 * 24 * time.Hour
	scheduleWeeks = 5 // on a page
)

// BoardView is what a board has laid down about its people, as its administrators see it.
type BoardView struct {
	Board PeopleBoard
	Doc   people.Board
	Trail []people.Entry
	First calendar.Date // the Monday of the first week
	Weeks []WeekView
	Today calendar.Date
	Asked []*people.Person // who may have shifts and be deputies, by name
	// Members are the board's people who are here, by name; People has those who have left too.
	Members []*people.Person
	People  map[people.ID]*people.Person
	// Waiting are changes of the delegation list.
	Waiting []people.Change
}

// WeekView is a week of the schedule.
type WeekView struct {
	Monday calendar.Date
	Year   int // ISO 8601
	Number int
	Shifts []ShiftView
	Holes  []people.Hole // of the time that has not been
}

// ShiftView is a shift that lies in a week, wholly or in part.
type ShiftView struct {
	people.Shift
	Index  int // in the board's schedule
	Name   string
	Away   bool // the person is absent for some of it
	Cannot bool // the person has no right to decide for some of it, or has left
}

// PeopleSchedule shows a board's schedule from a week on, and what else it has laid down. week is any day of it; zero this week.
func (s *Service) PeopleSchedule(ctx context.Context, a identity.Actor, ref BoardRef, week calendar.Date) (*BoardView, error) {
	sc, err := s.peopleScope(ctx, a, ref, false)
	if err != nil {
		return nil, err
	}
	doc, trail, err := s.People.Board(ctx, ref.Tenant, ref.Board)
	if err != nil {
		return nil, err
	}
	changes, err := s.People.Changes(ctx, ref.Tenant)
	if err != nil {
		return nil, err
	}
	today := calendar.On(sc.now.In(clock.Stockholm))
	if week.IsZero() {
		week = today
	}
	v := &BoardView{Board: sc.view(), Doc: doc, Trail: trail, Today: today, First: week.AddDays(1 - week.Weekday()), People: map[people.ID]*people.Person{}}
	for _, c := range waiting(changes, ref.Board) {
		if len(c.Lists) > 0 {
			v.Waiting = append(v.Waiting, c)
		}
	}
	for _, p := range sc.snap.People() {
		if sc.snap.MayBeAsked(p, ref.Board, sc.now) {
			v.Asked = append(v.Asked, p)
		}
		if st, member := sc.snap.Standing(p, ref.Board, sc.now); member {
			v.People[p.ID] = p
			if st.State == people.IsHere {
				v.Members = append(v.Members, p)
			}
		}
	}
	for n := range scheduleWeeks {
		v.Weeks = append(v.Weeks, sc.week(&doc, v.First.AddDays(7*n), v.People))
	}
	return v, nil
}

func (sc *boardScope) week(doc *people.Board, monday calendar.Date, known map[people.ID]*people.Person) WeekView {
	from, to := monday.At(0, 0, clock.Stockholm), monday.AddDays(7).At(0, 0, clock.Stockholm)
	w := WeekView{Monday: monday}
	w.Year, w.Number = from.ISOWeek()
	for i, sh := range doc.Shifts {
		if !sh.From.Before(to) || !sh.To.After(from) {
			continue
		}
		one := ShiftView{Shift: sh, Index: i, Cannot: true}
		if p := known[sh.Person]; p != nil {
			one.Name = p.Name
			one.Away = slices.ContainsFunc(p.Absences, func(x people.Absence) bool { return x.From.Before(sh.To) && (x.To.IsZero() || x.To.After(sh.From)) })
			one.Cannot = !sc.decides(p, sh)
		}
		w.Shifts = append(w.Shifts, one)
	}
	slices.SortStableFunc(w.Shifts, func(x, y ShiftView) int { return cmp.Or(x.From.Compare(y.From), cmp.Compare(x.Rank, y.Rank)) })
	if since := dayBegins(sc.now); from.Before(since) {
		from = since
	}
	if len(doc.Shifts) > 0 && from.Before(to) {
		w.Holes = sc.snap.Holes(sc.Board, from, to)
	}
	return w
}

// decides reports whether a person has a right to decide for the board at both ends of a shift.
func (sc *boardScope) decides(p *people.Person, sh people.Shift) bool {
	for _, at := range []time.Time{sh.From, sh.To.Add(-time.Second)} {
		if !slices.ContainsFunc(sc.snap.Holds(p, at), func(r people.Role) bool {
			return r.Authority == sc.Board && (r.Role == identity.Chair || r.Role == identity.Decider)
		}) {
			return false
		}
	}
	return true
}

// ShiftEdit is a shift as it is typed.
type ShiftEdit struct {
	Person                           people.ID
	FromDay, FromTime, ToDay, ToTime string
	Rank                             string // "1" is asked first
	Weeks                            string // how many weeks it comes again; "" once
}

// AddShift puts a shift into the schedule, again each week at the same time of the Swedish clock; it needs nobody else. Pointers of problems:
// "/person", "/from", "/to", "/rank", "/weeks". fault.Conflict when somebody else has changed the board since rev.
func (s *Service) AddShift(ctx context.Context, a identity.Actor, ref BoardRef, rev int64, in ShiftEdit) ([]forms.Problem, error) {
	return s.editBoard(ctx, a, ref, rev, "shift-added", func(sc *boardScope, b *people.Board) (problems []forms.Problem) {
		wrong := func(at forms.Pointer, code string, params map[string]any) {
			problems = append(problems, forms.Problem{Pointer: at, Code: code, Params: params})
		}
		if p := sc.snap.Person(in.Person); p == nil || !sc.snap.MayBeAsked(p, sc.Board, sc.now) {
			wrong("/person", forms.NotAnOption, nil)
		}
		from, okFrom := swedishMoment(in.FromDay, in.FromTime, 0)
		to, okTo := swedishMoment(in.ToDay, in.ToTime, 1)
		if !okFrom {
			wrong("/from", forms.FormatCode, map[string]any{"format": "date-time"})
		}
		switch {
		case !okTo:
			wrong("/to", forms.FormatCode, map[string]any{"format": "date-time"})
		case okFrom && !to.After(from):
			wrong("/to", people.EndsBefore, nil)
		case okFrom && to.Sub(from) > maxShift:
			wrong("/to", ShiftTooLong, map[string]any{"days": int(maxShift.Hours() / 24)})
		case !to.After(sc.now):
			wrong("/to", TimePast, nil)
		}
		rank, weeks := 1, 1
		if in.Rank != "" {
			var ok bool
			if rank, ok = count(in.Rank, 9); !ok {
				wrong("/rank", forms.NotAnOption, nil)
			}
		}
		if strings.TrimSpace(in.Weeks) != "" {
			n, err := strconv.Atoi(strings.TrimSpace(in.Weeks))
			if err != nil || n < 0 || n > maxWeekly {
				wrong("/weeks", forms.TooLarge, map[string]any{"max": maxWeekly})
			}
			weeks = n + 1
		}
		if len(problems) > 0 {
			return problems
		}
		for n := range weeks {
			sh := people.Shift{Person: in.Person, From: from.In(clock.Stockholm).AddDate(0, 0, 7*n), To: to.In(clock.Stockholm).AddDate(0, 0, 7*n), Rank: rank - 1}
			if slices.ContainsFunc(b.Shifts, func(o people.Shift) bool {
				return o.Person == sh.Person && o.From.Before(sh.To) && sh.From.Before(o.To)
			}) {
				wrong("/from", ShiftTwice, map[string]any{"day": clock.Date(sh.From)})
				return problems
			}
			b.Shifts = append(b.Shifts, sh)
		}
		slices.SortStableFunc(b.Shifts, func(x, y people.Shift) int { return cmp.Or(x.From.Compare(y.From), cmp.Compare(x.Rank, y.Rank)) })
		return nil
	})
}

// Codes of what can be wrong with a schedule.
const (
	ShiftTooLong = "shift-too-long" // days
	ShiftTwice   = "shift-twice"    // day: the person has a shift then already
)

// What is done with a shift.
const (
	RemoveShift = "ta-bort"
	GiveShift   = "p:" // and the id of who takes it
	TradeShift  = "s:" // and the index of the shift that it is traded for
)

// ChangeShift takes the n-th shift away, gives it to another, or trades it for another's. Pointer of problems: "/to". fault.NotFound for a shift
// that there is not; fault.Conflict as AddShift.
func (s *Service) ChangeShift(ctx context.Context, a identity.Actor, ref BoardRef, rev int64, n int, to string) ([]forms.Problem, error) {
	there := true
	problems, err := s.editBoard(ctx, a, ref, rev, "shift-changed", func(sc *boardScope, b *people.Board) []forms.Problem {
		if there = n >= 0 && n < len(b.Shifts); !there {
			return []forms.Problem{{Code: forms.NotAnOption}}
		}
		if to == RemoveShift {
			b.Shifts = slices.Delete(b.Shifts, n, n+1)
			return nil
		}
		if id, ok := strings.CutPrefix(to, GiveShift); ok {
			if p := sc.snap.Person(people.ID(id)); p != nil && sc.snap.MayBeAsked(p, sc.Board, sc.now) {
				b.Shifts[n].Person = p.ID
				return nil
			}
		}
		if at, ok := strings.CutPrefix(to, TradeShift); ok {
			if m, err := strconv.Atoi(at); err == nil && m >= 0 && m < len(b.Shifts) && b.Shifts[m].To.After(sc.now) {
				b.Shifts[n].Person, b.Shifts[m].Person = b.Shifts[m].Person, b.Shifts[n].Person
				return nil
			}
		}
		return []forms.Problem{{Pointer: "/to", Code: forms.NotAnOption}}
	})
	if !there && err == nil {
		return nil, fault.New("flow.ChangeShift", fault.NotFound, nil)
	}
	return problems, err
}

// SetDeputies lays down who is asked, in which order, when nobody on call has answered: the numbers that each has, those without are none.
// Pointers of problems: "/deputies/" and the id.
func (s *Service) SetDeputies(ctx context.Context, a identity.Actor, ref BoardRef, rev int64, order map[people.ID]string) ([]forms.Problem, error) {
	return s.editBoard(ctx, a, ref, rev, "deputies", func(sc *boardScope, b *people.Board) (problems []forms.Problem) {
		place := map[people.ID]int{}
		taken := map[int]bool{}
		b.Deputies = nil
		for _, p := range sc.snap.People() {
			text := strings.TrimSpace(order[p.ID])
			if text == "" || !sc.snap.MayBeAsked(p, sc.Board, sc.now) {
				continue
			}
			n, ok := count(text, 99)
			switch at := forms.Pointer("/deputies").Join(string(p.ID)); {
			case !ok:
				problems = append(problems, forms.Problem{Pointer: at, Code: forms.NotAnInteger})
			case taken[n]:
				problems = append(problems, forms.Problem{Pointer: at, Code: PlaceTaken, Params: map[string]any{"n": n}})
			}
			place[p.ID], taken[n] = n, true
			b.Deputies = append(b.Deputies, p.ID)
		}
		slices.SortStableFunc(b.Deputies, func(x, y people.ID) int { return cmp.Compare(place[x], place[y]) })
		return problems
	})
}

// PlaceTaken says that two deputies have the same place, n.
const PlaceTaken = "place-taken"

// AddMeeting notes when the board meets, and until when decisions are reported to that meeting. Pointers of problems: "/day", "/stop".
func (s *Service) AddMeeting(ctx context.Context, a identity.Actor, ref BoardRef, rev int64, on, stopDay, stopTime string) ([]forms.Problem, error) {
	return s.editBoard(ctx, a, ref, rev, "meetings", func(sc *boardScope, b *people.Board) (problems []forms.Problem) {
		m := people.Meeting{}
		var err error
		if m.Day, err = calendar.Parse(strings.TrimSpace(on)); err != nil {
			problems = append(problems, forms.Problem{Pointer: "/day", Code: forms.NotADate})
		} else if slices.ContainsFunc(b.Meetings, func(o people.Meeting) bool { return o.Day == m.Day }) {
			problems = append(problems, forms.Problem{Pointer: "/day", Code: forms.NotUnique})
		}
		if strings.TrimSpace(stopDay) != "" {
			var ok bool
			if m.Stop, ok = swedishMoment(stopDay, stopTime, 1); !ok {
				problems = append(problems, forms.Problem{Pointer: "/stop", Code: forms.FormatCode, Params: map[string]any{"format": "date-time"}})
			} else if err == nil && m.Stop.After(m.Day.AddDays(1).At(0, 0, clock.Stockholm)) {
				problems = append(problems, forms.Problem{Pointer: "/stop", Code: forms.TooLate, Params: map[string]any{"min": m.Day.String(), "max": m.Day.String()}})
			}
		}
		b.Meetings = append(b.Meetings, m)
		slices.SortFunc(b.Meetings, func(x, y people.Meeting) int { return strings.Compare(x.Day.String(), y.Day.String()) })
		return problems
	})
}

// RemoveMeeting takes a planned meeting away. fault.NotFound when there is none on that day, or it has been.
func (s *Service) RemoveMeeting(ctx context.Context, a identity.Actor, ref BoardRef, rev int64, on string) error {
	found := false
	_, err := s.editBoard(ctx, a, ref, rev, "meetings", func(sc *boardScope, b *people.Board) []forms.Problem {
		today := calendar.On(sc.now.In(clock.Stockholm))
		n := len(b.Meetings)
		b.Meetings = slices.DeleteFunc(b.Meetings, func(m people.Meeting) bool { return m.Day.String() == on && !m.Day.Before(today) })
		if found = len(b.Meetings) < n; !found {
			return []forms.Problem{{Code: forms.NotAnOption}}
		}
		return nil
	})
	if err == nil && !found {
		return fault.New("flow.RemoveMeeting", fault.NotFound, nil)
	}
	return err
}

// editBoard changes what a board has laid down, by its administrator alone. Nothing is kept when there are problems.
func (s *Service) editBoard(ctx context.Context, a identity.Actor, ref BoardRef, rev int64, what string, edit func(*boardScope, *people.Board) []forms.Problem) ([]forms.Problem, error) {
	sc, err := s.peopleScope(ctx, a, ref, false)
	if err != nil {
		return nil, err
	}
	b, _, err := s.People.Board(ctx, ref.Tenant, ref.Board)
	if err != nil {
		return nil, err
	}
	if b.Rev != rev {
		return nil, fault.Newf("flow.editBoard", fault.Conflict, "board is at revision %d", b.Rev)
	}
	b.Shifts, b.Deputies, b.Meetings = slices.Clone(b.Shifts), slices.Clone(b.Deputies), slices.Clone(b.Meetings)
	if problems := edit(sc, &b); len(problems) > 0 {
		return problems, nil
	}
	_, err = s.People.PutBoard(ctx, ref.Tenant, b, people.Entry{By: a.Staff.Subject, ByName: a.Staff.Name, What: []string{what}})
	return nil, err
}

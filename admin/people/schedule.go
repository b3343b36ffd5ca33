package people

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	register "samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// schedulePage is who is on call, week by week, and who is asked after them.
type schedulePage struct {
	boardFrame
	Rev            int64
	Conflict       *ui.Notice
	Weeks          []weekList
	Earlier, Later string
	Add            shiftForm
	Deputies       []ui.Field
	SetDeputies    string
	Nobody         bool // nobody may be asked: no chair, no mandate, no decider
	Happened       ui.Timeline
}

// weekList is a week of the schedule.
type weekList struct {
	ID     string
	Title  string // "Vecka 48, 23–29 november 2026"
	Shifts []shiftRow
	Holes  []string
}

type shiftRow struct {
	Name   string
	When   string
	Rank   string
	Tag    *ui.Tag
	Change string // address; "" of what has been
}

// shiftForm adds a shift.
type shiftForm struct {
	Action                                                string
	Person, FromDay, FromTime, ToDay, ToTime, Rank, Weeks ui.Field
}

// showSchedule is GET.
func (a *area) showSchedule(r *httpkit.Request) error {
	return a.scheduleForm(r, http.StatusOK, flow.ShiftEdit{Rank: "1"}, nil, nil)
}

// addShift is POST.
func (a *area) addShift(r *httpkit.Request) error {
	f := r.Form()
	in := flow.ShiftEdit{Person: register.ID(f.Get("vem")), FromDay: f.Get("fran-dag"), FromTime: f.Get("fran-tid"), ToDay: f.Get("till-dag"), ToTime: f.Get("till-tid"),
		Rank: f.Get("ordning"), Weeks: f.Get("veckor")}
	problems, err := a.Flow.AddShift(r.Context(), r.Actor(), ref(r), revision(f), in)
	switch {
	case errors.Is(err, fault.Conflict):
		return a.scheduleForm(r, http.StatusConflict, in, nil, nil)
	case err != nil:
		return err
	case len(problems) > 0:
		return a.scheduleForm(r, http.StatusUnprocessableEntity, in, nil, problems)
	}
	return a.site.Done(r, r.Locale().T("people.schedule.added"), boardURL(ref(r), "/jour?vecka="+in.FromDay))
}

// setDeputies is POST.
func (a *area) setDeputies(r *httpkit.Request) error {
	order := map[register.ID]string{}
	for _, id := range r.Form()["ersattare"] {
		order[register.ID(id)] = r.Form().Get("plats." + id)
	}
	problems, err := a.Flow.SetDeputies(r.Context(), r.Actor(), ref(r), revision(r.Form()), order)
	switch {
	case errors.Is(err, fault.Conflict):
		return a.scheduleForm(r, http.StatusConflict, flow.ShiftEdit{Rank: "1"}, order, nil)
	case err != nil:
		return err
	case len(problems) > 0:
		return a.scheduleForm(r, http.StatusUnprocessableEntity, flow.ShiftEdit{Rank: "1"}, order, problems)
	}
	return a.site.Done(r, r.Locale().T("people.deputies.saved"), boardURL(ref(r), "/jour"))
}

func (a *area) scheduleForm(r *httpkit.Request, status int, in flow.ShiftEdit, order map[register.ID]string, problems []forms.Problem) error {
	week, _ := calendar.Parse(r.Query("vecka")) // what is no day is this week
	v, err := a.Flow.PeopleSchedule(r.Context(), r.Actor(), ref(r), week)
	if err != nil {
		return err
	}
	w := a.words(r)
	at := boardURL(ref(r), "/jour")
	p := schedulePage{boardFrame: a.framed(r, v.Board, w.T("people.schedule.title"), "/jour"), Rev: v.Doc.Rev, Nobody: len(v.Asked) == 0, SetDeputies: at + "/ersattare",
		Earlier: at + "?vecka=" + v.First.AddDays(-7*len(v.Weeks)).String(), Later: at + "?vecka=" + v.First.AddDays(7*len(v.Weeks)).String(), Happened: w.trail(v.Trail)}
	if status == http.StatusConflict {
		p.Conflict = &ui.Notice{Tone: ui.Warning, Title: w.T("people.schedule.conflict"), Text: w.T("people.schedule.conflict-text")}
	}
	for _, week := range v.Weeks {
		p.Weeks = append(p.Weeks, w.week(week, v.Doc.Rev, at))
	}
	p.Add = w.shiftForm(in, v.Asked, at)
	if order == nil {
		order = map[register.ID]string{}
		for i, id := range v.Doc.Deputies {
			order[id] = strconv.Itoa(i + 1)
		}
	}
	controls := []control{{"/person", &p.Add.Person, ""}, {"/from", &p.Add.FromDay, ""}, {"/to", &p.Add.ToDay, ""}, {"/rank", &p.Add.Rank, ""}, {"/weeks", &p.Add.Weeks, ""}}
	for _, one := range v.Asked {
		p.Deputies = append(p.Deputies, ui.Field{Name: "plats." + string(one.ID), ID: string(one.ID), Label: one.Name, Value: order[one.ID], Width: 3, InputMode: "numeric"})
	}
	for i := range p.Deputies {
		controls = append(controls, control{forms.Pointer("/deputies").Join(p.Deputies[i].ID), &p.Deputies[i], ""})
	}
	p.Problems = w.show(problems, controls...)
	return admin.Show(r, status, a.schedule, p)
}

func (w words) week(week flow.WeekView, rev int64, at string) weekList {
	out := weekList{ID: "v" + strconv.Itoa(week.Year) + "-" + strconv.Itoa(week.Number),
		Title: w.T("people.schedule.week", "n", strconv.Itoa(week.Number), "from", w.day(week.Monday), "to", w.day(week.Monday.AddDays(6)))}
	for _, sh := range week.Shifts {
		row := shiftRow{Name: sh.Name, When: w.span(sh.From, sh.To), Rank: w.T("people.schedule.rank", "n", sh.Rank+1), Change: at + "/pass/" + strconv.Itoa(sh.Index) + "?rev=" + strconv.FormatInt(rev, 10)}
		if row.Name == "" {
			row.Name = w.T("people.schedule.somebody-gone")
		}
		switch {
		case sh.Away:
			row.Tag = &ui.Tag{Tone: ui.Warning, Text: w.T("people.state.away")}
		case sh.Cannot:
			row.Tag = &ui.Tag{Tone: ui.Warning, Text: w.T("people.schedule.cannot")}
		}
		out.Shifts = append(out.Shifts, row)
	}
	for _, h := range week.Holes {
		out.Holes = append(out.Holes, w.T("people.schedule.hole", "span", w.span(h.From, h.To)))
	}
	return out
}

func (w words) shiftForm(in flow.ShiftEdit, asked []*register.Person, at string) shiftForm {
	f := shiftForm{Action: at, Person: ui.Field{Name: "vem", Label: w.T("people.schedule.who"), Options: []ui.Choice{{Label: w.T("people.schedule.choose")}}},
		FromDay:  ui.Field{Name: "fran-dag", Type: "date", Label: w.T("people.schedule.from-day"), Value: in.FromDay, Width: 12},
		FromTime: ui.Field{Name: "fran-tid", Label: w.T("people.schedule.from-time"), Hint: w.T("people.field.time-hint"), Value: in.FromTime, Width: 6},
		ToDay:    ui.Field{Name: "till-dag", Type: "date", Label: w.T("people.schedule.to-day"), Value: in.ToDay, Width: 12},
		ToTime:   ui.Field{Name: "till-tid", Label: w.T("people.schedule.to-time"), Hint: w.T("people.field.time-hint"), Value: in.ToTime, Width: 6},
		Rank:     ui.Field{Name: "ordning", Label: w.T("people.schedule.order")},
		Weeks:    ui.Field{Name: "veckor", Label: w.T("people.schedule.weeks"), Hint: w.T("people.schedule.weeks-hint"), Value: in.Weeks, Width: 4, InputMode: "numeric", Optional: true}}
	for _, one := range asked {
		f.Person.Options = append(f.Person.Options, ui.Choice{Value: string(one.ID), Label: one.Name, Checked: one.ID == in.Person})
	}
	for n := 1; n <= 3; n++ {
		value := strconv.Itoa(n)
		f.Rank.Options = append(f.Rank.Options, ui.Choice{Value: value, Label: w.T("people.schedule.rank", "n", n), Checked: in.Rank == value})
	}
	return f
}

// shiftPage is what is done with a shift.
type shiftPage struct {
	boardFrame
	Action string
	Rev    int64
	Name   string
	When   string
	To     ui.Field
}

// maxTrades is how many later shifts one may be traded for.
const maxTrades = 60

// showShift is GET.
func (a *area) showShift(r *httpkit.Request) error { return a.shiftForm(r, http.StatusOK, nil) }

func (a *area) shiftForm(r *httpkit.Request, status int, problems []forms.Problem) error {
	n, err := place(r, "shift")
	if err != nil {
		return err
	}
	v, err := a.Flow.PeopleSchedule(r.Context(), r.Actor(), ref(r), calendar.Date{})
	if err != nil {
		return err
	}
	if n >= len(v.Doc.Shifts) {
		return fault.New("people.showShift", fault.NotFound, nil)
	}
	if r.Method == http.MethodGet && r.Query("rev") != strconv.FormatInt(v.Doc.Rev, 10) { // the number may be another's by now
		return r.See(boardURL(ref(r), "/jour"))
	}
	w, sh := a.words(r), v.Doc.Shifts[n]
	name := func(id register.ID) string {
		if p := v.People[id]; p != nil {
			return p.Name
		}
		return w.T("people.schedule.somebody-gone")
	}
	p := shiftPage{boardFrame: a.framed(r, v.Board, w.T("people.shift.title"), "/jour"), Rev: v.Doc.Rev, Name: name(sh.Person), When: w.span(sh.From, sh.To),
		Action: boardURL(ref(r), "/jour/pass/"+strconv.Itoa(n)), To: ui.Field{Name: "till", Label: w.T("people.shift.to"), Options: []ui.Choice{{Label: w.T("people.schedule.choose")}}}}
	p.Back = &ui.Link{Text: w.T("people.shift.back"), URL: boardURL(ref(r), "/jour?vecka="+clock.Date(sh.From))}
	for _, one := range v.Asked {
		if one.ID != sh.Person {
			p.To.Options = append(p.To.Options, ui.Choice{Value: flow.GiveShift + string(one.ID), Label: w.T("people.shift.gives", "name", one.Name)})
		}
	}
	trades := 0
	for i, other := range v.Doc.Shifts {
		if other.Person != sh.Person && other.To.After(v.First.At(0, 0, clock.Stockholm)) && trades < maxTrades {
			p.To.Options = append(p.To.Options, ui.Choice{Value: flow.TradeShift + strconv.Itoa(i), Label: w.T("people.shift.trades", "name", name(other.Person), "span", w.span(other.From, other.To))})
			trades++
		}
	}
	p.To.Options = append(p.To.Options, ui.Choice{Value: flow.RemoveShift, Label: w.T("people.shift.remove")})
	p.Problems = w.show(problems, control{"/to", &p.To, ""})
	return admin.Show(r, status, a.shift, p)
}

// changeShift is POST.
func (a *area) changeShift(r *httpkit.Request) error {
	n, err := place(r, "shift")
	if err != nil {
		return err
	}
	problems, err := a.Flow.ChangeShift(r.Context(), r.Actor(), ref(r), revision(r.Form()), n, r.Form().Get("till"))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Pointer == "/to" }) {
		return a.shiftForm(r, http.StatusUnprocessableEntity, problems)
	}
	return a.site.Done(r, r.Locale().T("people.shift.done"), boardURL(ref(r), "/jour"))
}

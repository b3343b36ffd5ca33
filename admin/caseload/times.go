package caseload

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/forms/slots"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// BookedTimes belong to a case: what the applicant booked in the form.
type BookedTimes interface {
	// FreeTimes gives what a case's booking can be moved to. fault.NotFound when it has none by that question.
	FreeTimes(ctx context.Context, a identity.Actor, id casework.ID, field string) (slots.Offer, error)
	// ChangeTime moves a booking, or cancels it when to is zero. Problems have the pointers "/to" and "/reason". fault.Conflict when the time
	// is no longer the one that the officer saw.
	ChangeTime(ctx context.Context, a identity.Actor, id casework.ID, field string, from, to time.Time, reason string) ([]forms.Problem, error)
}

// timeRow is one booked time on the page of the case.
type timeRow struct {
	Label  string
	Time   string
	Reason string // why it is another than the applicant chose, or none
	Change string // address to change it from, "" when it cannot be changed
}

func (w words) times(c *flow.StaffCase, may actions) []timeRow {
	var out []timeRow
	for i, b := range c.Case.Booked {
		row := timeRow{Label: w.text(fieldLabel(c, b.Field)), Time: w.T("admin.time.none"), Reason: b.Reason}
		if !b.Start.IsZero() {
			row.Time = renderer.MomentText(w.Locale, b.Start)
		}
		if !may.ReadOnly && changeable(c.Case.State) {
			row.Change = timeURL(c.Case.ID, i)
		}
		out = append(out, row)
	}
	return out
}

func changeable(s casework.State) bool {
	return s == casework.AwaitingSignatures || s == casework.AwaitingCompletion || s == casework.AwaitingOfficer
}

func timeURL(id casework.ID, n int) string { return caseURL(id) + "/tid/" + strconv.Itoa(n) }

// fieldLabel is the question that a time was booked by; its pointer when the form has it no longer.
func fieldLabel(c *flow.StaffCase, field string) forms.Text {
	if f := c.Form.Fields[forms.Pointer(field)]; f != nil && !f.Label.IsZero() {
		return f.Label
	}
	return forms.Text{"sv": field}
}

// timePage is /admin/arenden/{case}/tid/{n}: a booked time is moved or cancelled.
type timePage struct {
	ui.Shell
	caseHead
	Action string
	Now    string
	From   string
	To     ui.Field
	Reason ui.Field
}

// noTime is what is chosen to cancel.
const noTime = "avboka"

func (a *area) showTime(r *httpkit.Request) error {
	c, b, err := a.bookedTime(r)
	if err != nil {
		return err
	}
	return a.timeForm(r, http.StatusOK, c, b, "", "", nil)
}

func (a *area) changeTime(r *httpkit.Request) error {
	c, b, err := a.bookedTime(r)
	if err != nil {
		return err
	}
	form := r.Form()
	chosen, reason := form.Get("till"), form.Get("skal")
	var from, to time.Time
	if text := form.Get("fran"); text != "" {
		from, _ = slots.Moment(text) // one that cannot be read is not the one that is booked: a conflict
	}
	var problems []forms.Problem
	if chosen != noTime {
		var ok bool
		if to, ok = slots.Moment(chosen); !ok {
			problems = []forms.Problem{{Pointer: "/to", Code: forms.Required}}
		}
	}
	if problems == nil {
		if problems, err = a.Flow.ChangeTime(r.Context(), r.Actor(), c.Case.ID, b.Field, from, to, reason); err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		return a.timeForm(r, http.StatusUnprocessableEntity, c, b, chosen, reason, problems)
	}
	done := r.Locale().T("admin.time.cancelled")
	if !to.IsZero() {
		done = r.Locale().T("admin.time.moved", "time", renderer.MomentText(r.Locale(), to))
	}
	return a.site.Done(r, done, caseURL(c.Case.ID)+"#tider")
}

// bookedTime loads the case and the time in the address.
func (a *area) bookedTime(r *httpkit.Request) (*flow.StaffCase, casework.Booked, error) {
	id, err := caseID(r)
	if err != nil {
		return nil, casework.Booked{}, err
	}
	c, err := a.Flow.StaffCase(r.Context(), r.Actor(), id)
	if err != nil {
		return nil, casework.Booked{}, err
	}
	n, err := strconv.Atoi(r.Param("n"))
	if err != nil || n < 0 || n >= len(c.Case.Booked) {
		return nil, casework.Booked{}, fault.New("caseload.bookedTime", fault.NotFound, nil)
	}
	if !changeable(c.Case.State) {
		return nil, casework.Booked{}, fault.Newf("caseload.bookedTime", fault.Conflict, "the case is %s", c.Case.State)
	}
	return c, c.Case.Booked[n], nil
}

func (a *area) timeForm(r *httpkit.Request, status int, c *flow.StaffCase, b casework.Booked, chosen, reason string, problems []forms.Problem) error {
	offer, err := a.Flow.FreeTimes(r.Context(), r.Actor(), c.Case.ID, b.Field)
	if err != nil {
		return err
	}
	w := a.words(r)
	label := w.text(fieldLabel(c, b.Field))
	p := timePage{Shell: a.caseShell(r, c, w.T("admin.time.title")), caseHead: w.head(c), Action: r.Path(), Now: w.T("admin.time.none"),
		To:     ui.Field{Name: "till", Label: label, Hint: w.T("admin.time.hint")},
		Reason: ui.Field{Name: "skal", Label: w.T("admin.time.reason"), Hint: w.T("admin.time.reason-hint"), Value: reason, Rows: 4}}
	if !b.Start.IsZero() {
		p.Now, p.From = renderer.MomentText(w.Locale, b.Start), slots.Value(b.Start)
	}
	p.To.Options = w.timeChoices(offer, b, chosen)
	p.Shell.Problems = w.show(problems, control{"/to", &p.To, ""}, control{"/reason", &p.Reason, ""})
	return admin.Show(r, status, a.times, p)
}

// timeChoices are the open times but the one that is booked, and to have none.
func (w words) timeChoices(o slots.Offer, b casework.Booked, chosen string) []ui.Choice {
	out := []ui.Choice{{Label: w.T("form.choose")}}
	if !b.Start.IsZero() {
		out = append(out, ui.Choice{Value: noTime, Label: w.T("admin.time.cancel"), Checked: chosen == noTime})
	}
	for _, d := range o.All() {
		for _, s := range d.Slots {
			if s.Start.Equal(b.Start) {
				continue
			}
			c := ui.Choice{Value: slots.Value(s.Start), Label: renderer.MomentText(w.Locale, s.Start)}
			if o.Rule.Capacity > 1 {
				c.Label = w.T("admin.time.free", "time", c.Label, "places", w.T("booking.places", "n", o.Free(s)))
			}
			c.Checked = c.Value == chosen
			out = append(out, c)
		}
	}
	return out
}

// timeChanged tells in the list of events what became of a time, and why.
func (w words) timeChanged(body map[string]any) string {
	to := w.T("admin.time.none")
	if at, ok := slots.Moment(body["To"]); ok && at.Year() > 1 {
		to = renderer.MomentText(w.Locale, at)
	}
	return w.T("admin.time.changed", "time", to, "reason", text(body, "Reason"))
}

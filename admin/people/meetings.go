package people

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// meetingsPage is when the board meets: what is decided for it is reported to its next meeting (kommunallagen 6:40).
type meetingsPage struct {
	boardFrame
	Rev      int64
	Action   string
	Remove   string
	Meetings []meetingRow
	When     ui.Field
	StopDay  ui.Field
	StopTime ui.Field
}

type meetingRow struct{ Day, Text, Stop string }

// showMeetings is GET.
func (a *area) showMeetings(r *httpkit.Request) error {
	return a.meetingForm(r, http.StatusOK, [3]string{}, nil)
}

func (a *area) meetingForm(r *httpkit.Request, status int, typed [3]string, problems []forms.Problem) error {
	v, err := a.Flow.PeopleSchedule(r.Context(), r.Actor(), ref(r), calendar.Date{})
	if err != nil {
		return err
	}
	w, at := a.words(r), boardURL(ref(r), "/sammantraden")
	p := meetingsPage{boardFrame: a.framed(r, v.Board, w.T("people.meeting.title"), "/sammantraden"), Rev: v.Doc.Rev, Action: at, Remove: at + "/bort",
		When:     ui.Field{Name: "dag", Type: "date", Label: w.T("people.meeting.day"), Value: typed[0], Width: 12},
		StopDay:  ui.Field{Name: "stopp-dag", Type: "date", Label: w.T("people.meeting.stop"), Hint: w.T("people.meeting.stop-hint"), Value: typed[1], Width: 12, Optional: true},
		StopTime: ui.Field{Name: "stopp-tid", Label: w.T("people.field.time"), Hint: w.T("people.field.time-hint"), Value: typed[2], Width: 6, Optional: true}}
	for _, m := range v.Doc.Meetings {
		if m.Day.Before(v.Today) {
			continue
		}
		row := meetingRow{Day: m.Day.String(), Text: w.day(m.Day)}
		if !m.Stop.IsZero() {
			row.Stop = w.T("people.meeting.until", "time", w.DateTime(m.Stop))
		}
		p.Meetings = append(p.Meetings, row)
	}
	p.Problems = w.show(problems, control{"/day", &p.When, ""}, control{"/stop", &p.StopDay, ""})
	return admin.Show(r, status, a.meetings, p)
}

// addMeeting is POST.
func (a *area) addMeeting(r *httpkit.Request) error {
	f := r.Form()
	typed := [3]string{f.Get("dag"), f.Get("stopp-dag"), f.Get("stopp-tid")}
	problems, err := a.Flow.AddMeeting(r.Context(), r.Actor(), ref(r), revision(f), typed[0], typed[1], typed[2])
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.meetingForm(r, http.StatusUnprocessableEntity, typed, problems)
	}
	return a.site.Done(r, r.Locale().T("people.meeting.added"), boardURL(ref(r), "/sammantraden"))
}

// removeMeeting is POST.
func (a *area) removeMeeting(r *httpkit.Request) error {
	if err := a.Flow.RemoveMeeting(r.Context(), r.Actor(), ref(r), revision(r.Form()), r.Form().Get("dag")); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("people.meeting.removed"), boardURL(ref(r), "/sammantraden"))
}

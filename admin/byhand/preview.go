package byhand

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// previewPage is /admin/underskrifter/ny/{draft}/granska: how it will go, before it is sent.
type previewPage struct {
	ui.Shell
	Conflict  *ui.Notice
	What      ui.Rows
	Files     ui.Files
	Steps     []previewStep
	Deadline  time.Time
	Reminders string // "" none
	Send      string
	Edit      string
	Rev       int64
}

// previewStep is a step in words.
type previewStep struct {
	Title  string // "Först", "Sedan"
	Text   string
	People []person
}

// showPreview is GET.
func (a *area) showPreview(r *httpkit.Request) error {
	draft, err := id(r, "draft")
	if err != nil {
		return err
	}
	v, err := a.Flow.HandDraft(r.Context(), r.Actor(), draft)
	if err != nil {
		return a.sentAlready(r, draft, err)
	}
	return a.previewing(r, http.StatusOK, v, nil)
}

// send is POST.
func (a *area) send(r *httpkit.Request) error {
	draft, err := id(r, "draft")
	if err != nil {
		return err
	}
	made, problems, err := a.Flow.OrderByHand(r.Context(), r.Actor(), draft, revision(r.Form()))
	switch {
	case err == nil && len(problems) == 0:
		return a.site.Done(r, r.Locale().T("byhand.preview.sent"), caseURL(made))
	case err != nil && !errors.Is(err, fault.Conflict):
		return err
	}
	v, loadErr := a.Flow.HandDraft(r.Context(), r.Actor(), draft)
	if loadErr != nil {
		return loadErr
	}
	if err != nil {
		return a.previewing(r, http.StatusConflict, v, nil)
	}
	return a.previewing(r, http.StatusUnprocessableEntity, v, problems)
}

// previewing shows how it will go; while something is wrong, the page where it is put right.
func (a *area) previewing(r *httpkit.Request, status int, v *flow.HandView, problems []forms.Problem) error {
	if v.Plan == nil {
		return a.editing(r, http.StatusUnprocessableEntity, v, v.Problems, false)
	}
	w := a.words(r)
	p := previewPage{Shell: a.site.Shell(r, w.T("byhand.preview.title")), Rev: v.Rev, Files: w.fileItems(v, false), Deadline: v.Plan.Deadline,
		Send: draftURL(v.ID) + "/skicka", Edit: draftURL(v.ID),
		What: ui.Rows{{Key: w.T("byhand.preview.what"), Value: strings.TrimSpace(v.Order.Title)},
			{Key: w.T("byhand.preview.from"), Value: v.Authority.Name + ", " + v.Tenant.Name}}}
	if message := strings.TrimSpace(v.Order.Message); message != "" {
		p.What = slices.Insert(p.What, 1, ui.Row{Key: w.T("byhand.preview.message"), Value: message})
	}
	p.Back = &ui.Link{Text: w.T("byhand.preview.back"), URL: p.Edit}
	if status == http.StatusConflict {
		p.Conflict = &ui.Notice{Tone: ui.Warning, Title: w.T("byhand.preview.conflict"), Text: w.T("byhand.preview.conflict-text")}
	}
	for i, s := range v.Plan.Steps {
		p.Steps = append(p.Steps, w.previewStep(s, i, len(v.Plan.Steps)))
	}
	var days []string
	for _, after := range v.Plan.Reminders {
		days = append(days, strconv.Itoa(after.Days))
	}
	p.Reminders = strings.Join(days, ", ")
	p.Problems = w.show(problems)
	return admin.Show(r, status, a.preview, p)
}

func (w words) previewStep(s flow.HandPlanStep, i, of int) previewStep {
	out := previewStep{Title: w.T("byhand.preview.then")}
	switch {
	case of == 1 && !s.Ladder.IsZero():
		out.Title = w.T("byhand.preview.in-turn")
	case of == 1:
		out.Title = w.T("byhand.preview.all-at-once")
	case i == 0:
		out.Title = w.T("byhand.preview.first")
	case i == of-1 && of > 2:
		out.Title = w.T("byhand.preview.last")
	}
	switch n := len(s.People); {
	case n == 1:
		out.Text = w.T("byhand.preview.only")
	case s.Need == n:
		out.Text = w.T("byhand.preview.everybody")
	case s.Need == 1:
		out.Text = w.T("byhand.preview.one")
	default:
		out.Text = w.T("byhand.preview.some", "n", s.Need, "of", n)
	}
	if !s.Ladder.IsZero() {
		out.Text += " " + w.T("byhand.preview.ladder", "span", w.span(s.Ladder))
	}
	for _, p := range s.People {
		number := p.Number.Dashed()
		if slices.Contains(s.Known, p.ID) { // it is shown to nobody only because the person can be chosen
			number = ""
		}
		out.People = append(out.People, person{Name: p.Name, Number: number, Title: p.Title, Told: w.told(p.Given.Email, p.Given.Phone, !p.Number.IsZero())})
	}
	return out
}

// span says how long something is: "30 minuter", "2 dagar".
func (w words) span(s clock.Span) string {
	if s.Days > 0 {
		return w.T("byhand.span.days", "n", s.Days)
	}
	return w.T("byhand.span.minutes", "n", s.Minutes)
}

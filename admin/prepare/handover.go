package prepare

import (
	"errors"
	"net/http"

	"samtjanst/admin"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// handOverPage is where what has been begun is given to a colleague, when the shift ends.
type handOverPage struct {
	ui.Shell
	Service string
	Action  string
	Has     string // who has it now
	To      ui.Field
	Nobody  bool // no colleague has logged in here
}

// showHandOver is GET.
func (a *area) showHandOver(r *httpkit.Request) error {
	return a.handingOver(r, http.StatusOK, "")
}

// handItOver is POST.
func (a *area) handItOver(r *httpkit.Request) error {
	err := a.Flow.HandOver(r.Context(), r.Actor(), draftID(r), r.Form().Get("kollega"))
	if errors.Is(err, fault.Invalid) {
		return a.handingOver(r, http.StatusUnprocessableEntity, a.words(r).T("prepare.over.nobody-chosen"))
	}
	if err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("prepare.over.done"), deskURL)
}

func (a *area) handingOver(r *httpkit.Request, status int, wrong string) error {
	id := draftID(r)
	colleagues, now, err := a.Flow.HandOverTo(r.Context(), r.Actor(), id)
	if err != nil {
		return err
	}
	v, err := a.Flow.Page(r.Context(), r.Actor(), id, "", false)
	if err != nil {
		return err
	}
	w := a.words(r)
	p := handOverPage{Shell: a.site.Shell(r, w.T("prepare.over.title")), Service: w.service(v), Action: handOverURL(id), Has: w.T("prepare.over.has", "name", now.With.Name),
		Nobody: len(colleagues) == 0, To: ui.Field{Name: "kollega", Label: w.T("prepare.over.to"), Hint: w.T("prepare.over.hint"), Error: wrong}}
	p.Back = &ui.Link{Text: w.T("prepare.over.back"), URL: draftURL(id)}
	for _, c := range colleagues {
		o := ui.Choice{Value: c.Subject, Label: c.Name}
		if c.Subject == r.Actor().Staff.Subject {
			o.Label = w.T("prepare.over.me", "name", c.Name)
		}
		p.To.Options = append(p.To.Options, o)
	}
	if wrong != "" && !p.Nobody {
		p.Problems = []ui.ProblemLink{p.To.Problem()}
	}
	return admin.Show(r, status, a.handOver, p)
}

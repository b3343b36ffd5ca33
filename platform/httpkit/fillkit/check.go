package fillkit

import (
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// CheckPage shows all answers before they are handed in.
type CheckPage struct {
	ui.Shell
	Service string
	Amends  string       // the case that is changed, in words
	Notices []*ui.Notice // those that are nil are not shown
	Lead    string
	Summary ui.Summary
	Held    []string // how the times that are chosen are held
	Next    []string // what happens when it is handed in, a paragraph each
	Action  string
	Token   string
	Rev     int64
	Submit  string // what the button says
	Links   []ui.Link
}

// Check makes it. Lead, Next and Submit are the site's to say.
func (k *Kit) Check(r *httpkit.Request, v *flow.DraftView, at Place, title string) CheckPage {
	l := r.Locale()
	change := func(page string, where forms.Pointer) string {
		address := at.Page(page) + "?" + ReturnField + "=1"
		if id := renderer.ControlID(v.View, nil, where); id != "" {
			address += "#" + id
		}
		return address
	}
	p := CheckPage{Shell: k.frame(r, v.Service.Tenant, title), Service: v.Form.Title.In(r.Lang), Action: at.Page(journey.CheckPage),
		Token: r.Token(), Rev: v.Rev, Held: heldTimes(r, v),
		Summary: renderer.SummaryView(renderer.Summary(l, v.View, renderer.Self, k.Sources(r, v)), change)}
	p.Back = previous(r, v, at)
	for _, problem := range v.Problems {
		if !problem.Soft {
			p.Problems = append(p.Problems, checkProblem(r, v, problem))
		}
	}
	return p
}

// ShowCheck sends it.
func (k *Kit) ShowCheck(r *httpkit.Request, status int, p CheckPage) error {
	return show(r, status, k.check, p)
}

// checkProblem names a problem on the check page; the answers below it lead to where it is mended.
func checkProblem(r *httpkit.Request, v *flow.DraftView, problem forms.Problem) ui.ProblemLink {
	if problem.Code == flow.PartiesChanged {
		return ui.ProblemLink{Text: r.Locale().T("web.amend.others")}
	}
	if id, ok := strings.CutPrefix(string(problem.Pointer), "page:"); ok {
		title := id
		if page, ok := v.View.Page(id); ok {
			title = renderer.PageTitle(r.Locale(), page)
		}
		return ui.ProblemLink{Text: r.Locale().T("web.check.incomplete", "page", title)}
	}
	return ui.ProblemLink{Text: renderer.ProblemText(r.Locale(), v.View, nil, problem)}
}

// heldTimes says how each chosen time is held.
func heldTimes(r *httpkit.Request, v *flow.DraftView) []string {
	l := r.Locale()
	var out []string
	for _, f := range v.View.Bookings() {
		start, chosen := f.Booked(v.View.Answers)
		offer, known := v.Times[f.Pointer]
		if !chosen || !known || offer.Firm {
			continue
		}
		label, at := f.Label.In(r.Lang), renderer.MomentText(l, start)
		if offer.Held.IsZero() {
			out = append(out, l.T("web.time.lapsed", "label", label, "time", at))
		} else {
			out = append(out, l.T("web.time.held", "label", label, "time", at, "until", l.Time(offer.Held)))
		}
	}
	return out
}

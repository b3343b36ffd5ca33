package prepare

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// discardPage asks before what colleagues, too, have filled in is thrown away.
type discardPage struct {
	ui.Shell
	Service string
	Text    string
	Action  string
	Keep    string
	Busy    *ui.Notice
}

// showDiscard is GET.
func (a *area) showDiscard(r *httpkit.Request) error {
	v, err := a.Flow.Page(r.Context(), r.Actor(), draftID(r), "", false)
	if err != nil {
		return a.handedIn(r, err)
	}
	if v.Prepared == nil {
		return notFound("prepare.showDiscard")
	}
	w := a.words(r)
	p := discardPage{Shell: a.site.Shell(r, w.T("prepare.discard.title")), Service: w.service(v), Action: discardURL(v.ID), Keep: draftURL(v.ID),
		Text: w.T("prepare.discard.text", "by", v.Prepared.By.Name, "last", v.Prepared.Last.Name, "at", w.DateTime(v.Prepared.Changed))}
	p.Busy = w.busy(v)
	return admin.Show(r, http.StatusOK, a.discard, p)
}

// discardIt is POST.
func (a *area) discardIt(r *httpkit.Request) error {
	if err := a.Flow.Discard(r.Context(), r.Actor(), draftID(r)); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("prepare.discard.done"), deskURL)
}

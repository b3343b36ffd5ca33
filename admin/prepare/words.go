package prepare

import (
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// words puts what the use cases give into the reader's language.
type words struct{ *i18n.Locale }

func (a *area) words(r *httpkit.Request) words { return words{r.Locale()} }

// service is what is filled in, and for whom.
func (w words) service(v *flow.DraftView) string {
	title := v.Form.Title.In(w.Lang)
	if v.Prepared == nil {
		return title
	}
	return w.T("prepare.service", "form", title, "board", v.Prepared.Name)
}

// notices tell what colleagues do with it.
func (w words) notices(v *flow.DraftView) []*ui.Notice {
	out := []*ui.Notice{w.busy(v)}
	if p := v.Prepared; p != nil && p.Mine && p.From.Subject != "" {
		out = append(out, &ui.Notice{Tone: ui.Info, Title: w.T("prepare.yours"),
			Text: w.T("prepare.desk.handed-to-you", "name", p.From.Name, "at", w.DateTime(p.Handed))})
	}
	return out
}

// busy tells that a colleague has it open; nil when nobody has.
func (w words) busy(v *flow.DraftView) *ui.Notice {
	if v.Prepared == nil || v.Prepared.Busy == "" {
		return nil
	}
	return &ui.Notice{Tone: ui.Warning, Title: w.T("prepare.busy", "name", v.Prepared.Busy), Text: w.T("prepare.busy-text", "at", w.Time(v.Prepared.Changed))}
}

// links stand below each page.
func (w words) links(v *flow.DraftView) []ui.Link {
	return []ui.Link{{Text: w.T("prepare.over.title"), URL: handOverURL(v.ID)}, {Text: w.T("prepare.discard.title"), URL: discardURL(v.ID)}}
}

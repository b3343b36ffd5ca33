package web

import (
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// heldTimes says on the check page how each chosen time is held.
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

// bookedRows are a case's times as they are now, whatever was chosen in the form.
func bookedRows(r *httpkit.Request, times []flow.BookedTime) ui.Rows {
	l := r.Locale()
	var out ui.Rows
	for _, t := range times {
		row := ui.Row{Key: t.Label.In(r.Lang), Value: l.T("web.time.cancelled")}
		if !t.Start.IsZero() {
			row.Value = renderer.MomentText(l, t.Start)
		}
		if t.Reason != "" {
			row.Value = l.T("web.time.why", "time", row.Value, "reason", t.Reason)
		}
		out = append(out, row)
	}
	return out
}

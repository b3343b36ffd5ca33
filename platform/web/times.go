package web

import (
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

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

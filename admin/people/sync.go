package people

import (
	"samtjanst/platform/flow"
	"samtjanst/renderer/ui"
)

// sync tells of a directory that the register does not follow, or a system that does not follow the register.
func (w words) sync(st flow.SyncState) *ui.Notice {
	what, n := "source", 0
	switch {
	case st.Left > 0:
		what, n = "target", st.Left
	case st.Why == flow.SyncDoubted:
		what, n = "doubted", st.Lose
	}
	return &ui.Notice{Tone: ui.Warning, Title: w.T("people.list.sync."+what, "source", st.Source, "n", n, "of", st.Of), Text: w.T("people.list.sync." + what + "-text")}
}

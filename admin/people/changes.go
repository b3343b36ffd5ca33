package people

import (
	"net/http"
	"strings"

	"samtjanst/admin"
	register "samtjanst/platform/directory/people"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// changesPage lists what waits for a second person, and what has been done.
type changesPage struct {
	boardFrame
	Waiting ui.Table
	Ended   ui.Table
	Mine    ui.Table // prepared by the reader, and not proposed
	Hosted  bool
}

// maxEnded is how many of the changes that have ended are listed.
const maxEnded = 100

// showChanges is GET.
func (a *area) showChanges(r *httpkit.Request) error {
	b, all, err := a.Flow.PeopleChanges(r.Context(), r.Actor(), ref(r))
	if err != nil {
		return err
	}
	w := a.words(r)
	p := changesPage{boardFrame: a.framed(r, b, w.T("people.changes.title"), "/andringar"), Hosted: b.Hosted}
	columns := []ui.Column{{Title: w.T("people.changes.about")}, {Title: w.T("people.changes.by")}, {Title: w.T("people.changes.at")}, {Title: w.T("people.changes.state")}}
	p.Waiting = ui.Table{Caption: w.T("people.changes.waiting"), Columns: columns, Empty: w.T("people.changes.none-waiting")}
	p.Ended = ui.Table{Caption: w.T("people.changes.ended"), Columns: columns, Empty: w.T("people.changes.none-ended")}
	p.Mine = ui.Table{Caption: w.T("people.changes.prepared"), Columns: columns}
	for _, c := range all {
		at := c.At
		if !c.Ended.IsZero() {
			at = c.Ended
		}
		row := []ui.Cell{{Text: w.about(&c), URL: changeURL(ref(r), c.ID)}, {Text: c.By.Name}, {Text: w.DateTime(at)}, {Tag: w.changeTag(c.State)}}
		switch {
		case c.State == register.Prepared:
			p.Mine.Rows = append(p.Mine.Rows, row)
		case c.State.Waits() || c.State == register.Applying:
			p.Waiting.Rows = append(p.Waiting.Rows, row)
		case len(p.Ended.Rows) < maxEnded:
			p.Ended.Rows = append(p.Ended.Rows, row)
		}
	}
	return admin.Show(r, http.StatusOK, a.changes, p)
}

// about says in a line what a change is of.
func (w words) about(c *register.Change) string {
	switch {
	case c.From != nil:
		return w.T("people.changes.import", "file", c.From.Name, "n", len(c.Edits))
	case len(c.Lists) > 0:
		return w.T("people.changes.delegation", "kinds", strings.Join(c.Lists[0].Line.Kinds, ", "))
	}
	e := c.Edits[0]
	if e.Was == nil {
		return w.T("people.changes.new", "name", e.Person.Name)
	}
	return w.T("people.changes.person", "name", e.Was.Name, "what", w.what(register.Differences(e.Was, &e.Person)))
}

func (w words) changeTag(s register.ChangeState) *ui.Tag {
	tone := ui.Neutral
	switch s {
	case register.Signing, register.Proposed, register.Applying:
		tone = ui.Warning
	case register.Confirmed:
		tone = ui.Success
	case register.Prepared:
		tone = ui.Info
	}
	return &ui.Tag{Tone: tone, Text: w.T("people.change-state." + string(s))}
}

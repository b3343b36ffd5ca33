package caseload

import (
	"errors"
	"strings"

	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// What is done with the marked lines of the inbox. A case that has changed meanwhile is skipped and counted; it stops nothing.

// assignMarked is POST /admin/arenden/tilldela.
func (a *area) assignMarked(r *httpkit.Request) error {
	actor := r.Actor()
	return a.batch(r, "admin.inbox.assigned", func(id casework.ID) (int, error) {
		return 1, a.Flow.Assign(r.Context(), actor, id, actor.Staff.Subject, actor.Staff.Name)
	})
}

// remindMarked is POST /admin/arenden/paminn.
func (a *area) remindMarked(r *httpkit.Request) error {
	actor := r.Actor()
	return a.batch(r, "admin.inbox.reminded", func(id casework.ID) (int, error) {
		return a.Flow.RemindMissing(r.Context(), actor, id)
	})
}

// batch does one thing to each marked case and says how many times it was done.
func (a *area) batch(r *httpkit.Request, done string, do func(casework.ID) (int, error)) error {
	ids := marked(r)
	if len(ids) == 0 {
		if err := a.site.Flash(r, ui.Notice{Tone: ui.Warning, Text: r.Locale().T("admin.inbox.batch-none")}); err != nil {
			return err
		}
		return r.See(back(r))
	}
	times, skipped := 0, 0
	for _, id := range ids {
		n, err := do(casework.ID(id))
		switch {
		case err == nil:
			times += n
		case errors.Is(err, fault.Conflict), errors.Is(err, fault.NotFound):
			skipped++
		default:
			return err
		}
	}
	say := []string{r.Locale().T(done, "n", times)}
	tone := ui.Success
	if skipped > 0 {
		say, tone = append(say, r.Locale().T("admin.inbox.skipped", "n", skipped)), ui.Warning
	}
	if err := a.site.Flash(r, ui.Notice{Tone: tone, Text: strings.Join(say, " ")}); err != nil {
		return err
	}
	return r.See(back(r))
}

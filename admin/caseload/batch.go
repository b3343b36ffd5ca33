package caseload

import (
	"errors"
	"strings"

	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// What is done with the marked lines of the inbox. A case that has changed meanwhile is skipped and counted; it stops nothing.

// assignMarked is POST /admin/arenden/tilldela.
func (a *area) assignMarked(r *httpkit.Request) error {
	actor, ids := r.Actor(), marked(r)
	if len(ids) == 0 {
		return a.tell(r, ui.Warning, r.Locale().T("admin.inbox.batch-none"))
	}
	mine, skipped := 0, 0
	for _, id := range ids {
		err := a.Flow.Assign(r.Context(), actor, casework.ID(id), actor.Staff.Subject, actor.Staff.Name)
		switch {
		case err == nil:
			mine++
		case errors.Is(err, fault.Conflict), errors.Is(err, fault.NotFound):
			skipped++
		default:
			return err
		}
	}
	say, tone := []string{r.Locale().T("admin.inbox.assigned", "n", mine)}, ui.Success
	if skipped > 0 {
		say, tone = append(say, r.Locale().T("admin.inbox.skipped", "n", skipped)), ui.Warning
	}
	return a.tell(r, tone, say...)
}

// remindMarked is POST /admin/arenden/paminn, and /admin/underskrifter/paminn.
func (a *area) remindMarked(r *httpkit.Request) error {
	var ids []casework.ID
	for _, id := range marked(r) {
		ids = append(ids, casework.ID(id))
	}
	if len(ids) == 0 {
		return a.tell(r, ui.Warning, r.Locale().T("admin.inbox.batch-none"))
	}
	what, err := a.Flow.RemindMany(r.Context(), r.Actor(), ids)
	if err != nil {
		return err
	}
	tone, say := a.words(r).reminded(what)
	return a.tell(r, tone, say...)
}

// whyNot are the reasons why somebody was not reminded, in the order in which they are told.
var whyNot = []flow.WhyNot{flow.OnItsWay, flow.NotReachable, flow.NobodyLeft, flow.NotGuarded, flow.NotThere}

// reminded says what came of reminding many.
func (w words) reminded(what *flow.Reminders) (ui.Tone, []string) {
	tone, say := ui.Success, []string{w.T("admin.inbox.reminded", "n", what.People)}
	for _, why := range whyNot {
		if n := what.Not[why]; n > 0 {
			tone, say = ui.Warning, append(say, w.T("admin.inbox.not-reminded."+string(why), "n", n))
		}
	}
	return tone, say
}

// tell says what came of a batch on the list that it came from.
func (a *area) tell(r *httpkit.Request, tone ui.Tone, say ...string) error {
	if err := a.site.Flash(r, ui.Notice{Tone: tone, Text: strings.Join(say, " ")}); err != nil {
		return err
	}
	return r.See(back(r))
}

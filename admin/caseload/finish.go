package caseload

import (
	"strconv"

	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
)

// finishTask is POST /admin/arenden/{case}/uppgift: a task that was dealt with by hand.
func (a *area) finishTask(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	task, err := taskNumber(r)
	if err != nil {
		return err
	}
	if err := a.Flow.FinishTask(r.Context(), r.Actor(), id, task); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("admin.finish.done"), caseURL(id))
}

func taskNumber(r *httpkit.Request) (int, error) {
	n, err := strconv.Atoi(r.Form().Get("uppgift"))
	if err != nil {
		return 0, fault.Newf("caseload", fault.Invalid, "a task is a number")
	}
	return n, nil
}

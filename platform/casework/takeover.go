package casework

import (
	"time"

	"samtjanst/platform/fault"
)

// A case that another organisation's board works with as host (Case.Host) is handed to the unit of the board that decides, in the morning:
// somebody there accepts it by name, and from then on the host is outside. Until then the host answers for it, its time limits too.

// Takeover is a case that is handed over and that nobody has accepted yet.
type Takeover struct {
	At   time.Time
	By   string // subject
	Name string
	Note string
}

// TaskTakeover stands open until somebody of the unit has accepted the case.
const TaskTakeover TaskKind = "takeover"

type (
	// HandedToUnit: the host hands the case to the unit of the board whose case it is.
	HandedToUnit struct{ By, Name, Note string }
	// AcceptedByUnit: somebody of the board whose case it is has accepted it. Host is who had it until then.
	AcceptedByUnit struct{ To, Name, Host string }
)

// Kind names stand in the chain.
func (HandedToUnit) Kind() string   { return "handed-to-unit" }
func (AcceptedByUnit) Kind() string { return "accepted-by-unit" }

func (c *Case) handedToUnit(e HandedToUnit, now time.Time) error {
	switch {
	case c.Host == "" || c.Host == c.Authority:
		return fault.Newf("casework.Apply", fault.Conflict, "nobody else works with the case")
	case c.Takeover != nil:
		return fault.Newf("casework.Apply", fault.Conflict, "the case has been handed over")
	}
	c.Takeover = &Takeover{At: now, By: e.By, Name: e.Name, Note: e.Note}
	c.task(TaskTakeover, "", "", now)
	return nil
}

func (c *Case) acceptedByUnit(e AcceptedByUnit, now time.Time) error {
	switch {
	case e.To == "" || e.Host != c.Host:
		return fault.Newf("casework.Apply", fault.Invalid, "accepted by nobody, or from somebody else")
	case c.Takeover == nil:
		return fault.Newf("casework.Apply", fault.Conflict, "nobody has handed the case over")
	}
	c.Host, c.Takeover = "", nil
	c.passed(TaskTakeover, func(Task) bool { return true }, now)
	c.Assignee, c.AssigneeName = e.To, e.Name
	return nil
}

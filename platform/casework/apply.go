package casework

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// Apply gives the case after an event, with the effects that follow from it among its Effects, and what must be recorded.
// The case given is not changed. Recorded has the zero Header for events that leave none.
//
// Faults: Conflict when the event cannot happen in the case's state (somebody else was first), Invalid when it makes no sense at all.
func Apply(old Case, e Event, s Stamp) (Case, Recorded, error) {
	c := old.Clone()
	if !allowed(c.State, e) {
		return old, Recorded{}, fault.Newf("casework.Apply", fault.Conflict, "%s cannot happen when %s", e.Kind(), c.State)
	}
	if id := answers(e); id != "" && !slices.ContainsFunc(c.Effects, func(f Effect) bool { return f.ID == id }) {
		return old, Recorded{}, fault.Newf("casework.Apply", fault.Conflict, "effect %s is no longer pending", id)
	}
	if err := c.apply(e, s.At); err != nil {
		return old, Recorded{}, err
	}
	c.reckon(s.At)
	c.settle(s.At)
	c.Changed = s.At
	if e.Kind() == "" {
		return c, Recorded{}, nil
	}
	r, err := c.record(e, s)
	if err != nil {
		return old, Recorded{}, fault.New("casework.Apply", fault.Internal, err)
	}
	return c, r, nil
}

// table says in which states an event may happen; events that are not in it may happen in any state.
var table = map[string][]State{
	"submitted":          {""},
	"opened":             {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer, Deciding, Decided},
	"own-filled":         {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer},
	"signed":             {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer, Deciding, Decided}, // the last: what was decided by word of mouth
	"asked-by-phone":     {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer, Deciding, Decided},
	"declined":           {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer, Deciding},
	"taken-back":         {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer},
	"withdrawn":          {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer},
	"reminder-asked":     {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer, Deciding},
	"completion-ordered": {AwaitingSignatures, AwaitingOfficer},
	"completion-came":    {AwaitingCompletion},
	"went-on":            {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer},
	"signed-on-paper":    {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer, Deciding},
	"decided":            {AwaitingOfficer},
	"decision-opened":    {Decided, Closed},
	"delivered":          {AwaitingOfficer},
	"delivery-opened":    {Delivered, Closed},
	"hindered":           {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer, Deciding},
	"replaced":           {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer, Deciding},
	"amended":            {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer},
	"document-made":      {Deciding, Decided},
	"proposal-withdrawn": {Deciding},
	"reported":           {Decided, Closed},
	"stage-moved":        {AwaitingOfficer},
	"time-changed":       {AwaitingSignatures, AwaitingCompletion, AwaitingOfficer},
	"rides-received":     {Decided, Closed},
	"called":             {Deciding, Decided},
	"question-asked":     {Deciding},
	"signers-away":       {Deciding},
	"decided-orally":     {Deciding},
	"dispatch-delivered": {Decided},
	"dispatch-confirmed": {Decided},
	"letter-posted":      {Decided, Closed},
	"handed-to-unit":     {AwaitingOfficer, Deciding, Decided, Closed},
}

func allowed(s State, e Event) bool {
	states, listed := table[e.Kind()]
	if !listed {
		return s != ""
	}
	return slices.Contains(states, s)
}

// answers gives the id of the effect that an event is the outcome of.
func answers(e Event) string {
	switch e := e.(type) {
	case NumberClaimed:
		return e.Effect
	case NoticeSent:
		return e.Effect
	case NoticeFailed:
		return e.Effect
	case LetterDue:
		return e.Effect
	case DocumentMade:
		return e.Effect
	case HandedOver:
		return e.Effect
	case OfficerTold:
		return e.Effect
	case DispatchReceived:
		return e.Effect
	case DispatchByHand:
		return e.Effect
	case LimitDue:
		return e.Effect
	case LimitWarned:
		return e.Effect
	case PlacesKept:
		return e.Effect
	case TimerFired:
		return e.Effect
	case EffectFailed:
		return e.Effect
	case Leased:
		return e.Effect
	}
	return ""
}

func (c *Case) apply(e Event, now time.Time) error {
	switch e := e.(type) {
	case Submitted:
		return c.submitted(e, now)
	case Opened:
		if c.MaySign(e.Party) && c.order(e.Party).Place(e.Party).State != signing.Opened {
			if _, err := c.moved(e.Party, signing.Opened, now); err != nil {
				return err
			}
			c.reached(e.Party, now)
		}
		return nil
	case OwnFilled:
		return c.ownFilled(e)
	case SignedBy:
		return c.filled(e.Party, signing.Signed, now, func(pl *signing.Place) {
			pl.Method, pl.Manifest, pl.Evidence, pl.Call = e.Method, e.Manifest, string(e.Evidence), e.Call
		})
	case AskedByPhone:
		if !c.MaySign(e.Party) {
			return fault.Newf("casework.Apply", fault.Conflict, "nobody to ask")
		}
	case DeclinedBy:
		return c.declined(e, now)
	case HinderedBy:
		return c.hindered(e, now)
	case ProposalWithdrawn:
		return c.proposalWithdrawn(e, now)
	case Replaced:
		return c.replaced(e, now)
	case Amended:
		return c.amended(e, now)
	case WithdrawnBy:
		if e.Party != c.Applicant().ID {
			return fault.Newf("casework.Apply", fault.Forbidden, "only the applicant withdraws")
		}
		c.takenBack(now)
	case TakenBack:
		if !c.ByHand() || e.Ground == "" {
			return fault.Newf("casework.Apply", fault.Invalid, "not an order by hand, or without a ground")
		}
		c.takenBack(now)
	case ReminderAsked:
		if !c.MaySign(e.Party) {
			return fault.Newf("casework.Apply", fault.Conflict, "nobody to remind")
		}
		if !c.pending(EffectRemind, e.Party, now) {
			for _, way := range c.ways(e.Party) {
				c.effect(EffectRemind, e.Party, way, now)
			}
		}
	case StageMoved:
		return c.stageMoved(e, now)
	case TimeChanged:
		return c.timeChanged(e, now)
	case PlacesKept:
		c.finish(e.Effect)
	case CompletionOrdered:
		for _, p := range e.Parties {
			if c.Party(p) == nil || c.unreachable(p) {
				return fault.Newf("casework.Apply", fault.Invalid, "no party %s who can complete", p)
			}
			c.effect(EffectOrdered, p, "", now)
		}
		c.closeTasks(now, TaskExpired, TaskDeclined)
		// The day that was set is the one that holds: not the order's first, nor an earlier completion's.
		c.cancel(func(f Effect) bool { return f.Kind == EffectExpire || f.Kind == EffectOverdue })
		c.Order.Reopen(e.Due, now) // whoever declined or let time pass may now sign after all
		c.effect(EffectOverdue, "", "", e.Due)
		c.move(AwaitingCompletion, now)
	case CompletionCame:
		c.cancel(func(f Effect) bool { return f.Kind == EffectOverdue || f.Kind == EffectOrdered })
		c.move(AwaitingOfficer, now)
	case WentOn:
		return c.filled(e.Party, signing.Waived, now, func(pl *signing.Place) { pl.Reason = e.Ground })
	case SignedOnPaper:
		return c.filled(e.Party, signing.OnPaper, now, func(pl *signing.Place) { pl.Method, pl.Evidence = "paper", e.Scan.Part.ID })
	case Assigned:
		c.Assignee, c.AssigneeName = e.To, e.Name
	case TaskDone:
		return c.taskDone(e.Task, now)
	case LetterSent:
		return c.letterSent(e, now)
	case DecisionTaken:
		return c.decided(e, now)
	case DecisionOpened:
		return c.opened(e.Party, whatDecision, now)
	case HandedOut:
		return c.handedOut(e, now)
	case HandoutOpened:
		return c.opened(e.Party, whatHandout, now)
	case Reported:
		c.Decision.Reported = now
	case ProtectionFound:
		if !c.Guarded {
			c.Guarded = true
			c.task(TaskProtection, "", e.What, now)
		}
	case RidesReceived:
		c.Rides = slices.Clone(e.Rides)
	case NumberClaimed:
		c.Number = e.Number
		c.finish(e.Effect)
	case NoticeSent:
		return c.noticeSent(e, now)
	case NoticeFailed:
		return c.noticeFailed(e, now)
	case LetterDue:
		c.letterDue(e, now)
	case DocumentMade:
		return c.documentMade(e, now)
	case HandedOver:
		f := c.finish(e.Effect)
		c.passed(TaskHandover, func(t Task) bool { return t.Detail == f.Arg }, now)
		c.Handovers = append(c.Handovers, HandoverState{Target: f.Arg, Ref: f.ID, Rows: e.Rows, Excluded: e.Excluded, At: now})
	case Called:
		return c.called(e, now)
	case QuestionAsked:
		return c.questionAsked(e, now)
	case QuestionAnswered:
		return c.questionAnswered(e, now)
	case SignersAway:
		return c.signersAway(e, now)
	case DecidedOrally:
		return c.decidedOrally(e, now)
	case OfficerTold:
		c.finish(e.Effect)
	case DispatchReceived:
		return c.dispatchReceived(e, now)
	case DispatchByHand:
		return c.dispatchByHand(e, now)
	case DispatchDelivered:
		return c.dispatchDelivered(e, now)
	case DispatchConfirmed:
		return c.dispatchConfirmed(e, now)
	case LetterPosted:
		return c.letterPosted(e, now)
	case HandedToUnit:
		return c.handedToUnit(e, now)
	case AcceptedByUnit:
		return c.acceptedByUnit(e, now)
	case TimerFired:
		c.timer(e, now)
	case LimitMet:
		return c.limitMet(e, now)
	case LimitExtended:
		return c.limitExtended(e, now)
	case LimitEnded:
		return c.limitEnded(e, now)
	case LimitBegun:
		return c.limitBegun(e, now)
	case LimitDue:
		c.limitDue(e, now)
	case LimitWarned:
		c.finish(e.Effect)
	case EffectFailed:
		c.effectFailed(e, now)
	case Released:
		for i := range c.Effects {
			c.Effects[i].Lease = time.Time{}
		}
	case Leased:
		for i := range c.Effects {
			if f := &c.Effects[i]; f.ID == e.Effect {
				if f.Lease.After(now) {
					return fault.Newf("casework.Apply", fault.Conflict, "effect %s is being run", f.ID)
				}
				f.Lease = e.Until
			}
		}
	default:
		return fault.Newf("casework.Apply", fault.Internal, "no rule for %T", e)
	}
	return nil
}

// move changes the state.
func (c *Case) move(to State, now time.Time) {
	if c.State != to {
		c.State, c.Since = to, now
	}
}

// effect adds something to do, not before at.
func (c *Case) effect(k EffectKind, p signing.PartyID, arg string, at time.Time) {
	c.Seq++
	c.Effects = append(c.Effects, Effect{ID: fmt.Sprintf("%s-%d", c.ID, c.Seq), Kind: k, Party: p, Arg: arg, At: at})
}

func (c *Case) pending(k EffectKind, p signing.PartyID, by time.Time) bool {
	return slices.ContainsFunc(c.Effects, func(f Effect) bool { return f.Kind == k && f.Party == p && !f.At.After(by) })
}

// finish takes a pending effect away and gives it.
func (c *Case) finish(id string) Effect {
	i := slices.IndexFunc(c.Effects, func(f Effect) bool { return f.ID == id })
	f := c.Effects[i] // Apply has checked that it is there
	c.Effects = slices.Delete(c.Effects, i, i+1)
	return f
}

// cancel takes effects away that no longer make sense. What belongs to a time limit stays: the law does not stop for what happens here. So
// does giving places back, which others wait for.
func (c *Case) cancel(which func(Effect) bool) {
	c.Effects = slices.DeleteFunc(c.Effects, func(f Effect) bool { return !ofLimit(f) && f.Kind != EffectPlaces && which(f) })
}

// task opens a task unless the same one is open.
func (c *Case) task(k TaskKind, p signing.PartyID, detail string, now time.Time) {
	for _, t := range c.Tasks {
		if t.Kind == k && t.Party == p && t.Detail == detail && t.Done.IsZero() {
			return
		}
	}
	c.Seq++
	c.Tasks = append(c.Tasks, Task{ID: c.Seq, Kind: k, Party: p, Opened: now, Detail: detail})
}

// closeTasks closes tasks of the kinds, or all when none is named.
func (c *Case) closeTasks(now time.Time, kinds ...TaskKind) {
	for i := range c.Tasks {
		if t := &c.Tasks[i]; t.Done.IsZero() && t.Kind != TaskLimit && (len(kinds) == 0 || slices.Contains(kinds, t.Kind)) {
			t.Done = now
		}
	}
}

// passed closes open tasks of a kind that came of a failure which has passed by itself.
func (c *Case) passed(k TaskKind, which func(Task) bool, now time.Time) {
	for i := range c.Tasks {
		if t := &c.Tasks[i]; t.Kind == k && t.Done.IsZero() && which(*t) {
			t.Done = now
		}
	}
}

func (c *Case) taskDone(id int, now time.Time) error {
	for i := range c.Tasks {
		if t := &c.Tasks[i]; t.ID == id {
			if !t.Done.IsZero() {
				return fault.Newf("casework.Apply", fault.Conflict, "task %s is done", strconv.Itoa(id))
			}
			if t.Kind == TaskLimit {
				return fault.Newf("casework.Apply", fault.Invalid, "what became of a time limit is recorded on the limit")
			}
			if t.Kind == TaskQuestion || t.Kind == TaskDispatch || t.Kind == TaskSignLater || t.Kind == TaskTakeover {
				return fault.Newf("casework.Apply", fault.Invalid, "a task %s is done when what it waits for has happened", t.Kind)
			}
			t.Done = now
			return nil
		}
	}
	return fault.Newf("casework.Apply", fault.Invalid, "no task %d", id)
}

// settle closes a case that has ended when everybody has been told and nothing is pending.
func (c *Case) settle(now time.Time) {
	if !c.ended() || len(c.OpenTasks()) > 0 {
		return
	}
	for _, f := range c.Effects { // a time limit that runs is one of them
		if f.Kind != EffectUnopened {
			return
		}
	}
	c.move(Closed, now)
}

// ended reports whether everybody has had the decision, or what was handed out.
func (c *Case) ended() bool {
	switch c.State {
	case Decided:
		return c.Decision.PDF != nil && !slices.ContainsFunc(c.Parties, func(p Party) bool { return !p.Left && p.Role != AuthorityRole && !p.told(whatDecision) })
	case Delivered:
		return c.toldHandout()
	}
	return false
}

// told reports whether the party surely has had it: opened, or sent as a letter.
func (p Party) told(what string) bool {
	return slices.ContainsFunc(p.Delivered, func(d Delivery) bool {
		return d.What == what && (!d.Opened.IsZero() || d.Channel == "letter")
	})
}

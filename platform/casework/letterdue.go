package casework

import "time"

// LetterDue answers a reminder that is to go by letter: the officer prints and posts it. Nothing is sent.
type LetterDue struct{ Effect string }

// Kind of the event, as it stands in the chain.
func (LetterDue) Kind() string { return "letter-due" }

// letterDue opens the task of a letter to somebody whose signature is still wanted, unless one is open already.
func (c *Case) letterDue(e LetterDue, now time.Time) {
	if f := c.finish(e.Effect); c.MaySign(f.Party) {
		c.task(TaskLetter, f.Party, "invitation", now)
	}
}

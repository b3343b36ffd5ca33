// Package settings checks what an operator has written for a client of something outside, so that bad configuration stops the start with
// one line. Every wrong key is named, with what is wrong; no value is repeated, since it may be a secret.
package settings

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
)

// Check collects what is wrong. The zero value has found nothing.
type Check struct{ wrong []string }

// Wrong notes a key that is wrong.
func (c *Check) Wrong(key, why string) { c.wrong = append(c.wrong, key+": "+why) }

// Err is nil when nothing is wrong. Fault: Invalid.
func (c *Check) Err(op string) error {
	if len(c.wrong) == 0 {
		return nil
	}
	return fault.New(op, fault.Invalid, errors.New(strings.Join(c.wrong, "; ")))
}

// Needed takes any text but none.
func (c *Check) Needed(key, value string) {
	if value == "" {
		c.Wrong(key, "must be given")
	}
}

// Secret takes a text of so many bytes at least.
func (c *Check) Secret(key, value string, least int) {
	if len(value) < least {
		c.Wrong(key, fmt.Sprintf("must be at least %d bytes", least))
	}
}

// Address takes an address that something may be sent to: https, and http to this machine.
func (c *Check) Address(key, value string) { c.address(key, value, true) }

// Base is Address for one that paths are put behind.
func (c *Check) Base(key, value string) { c.address(key, value, false) }

func (c *Check) address(key, value string, query bool) {
	u, err := url.Parse(value)
	switch {
	case value == "":
		c.Wrong(key, "must be given")
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "" && !query ||
		u.Scheme != "https" && (u.Scheme != "http" || !tlsclient.Local(u.Hostname())):
		c.Wrong(key, "must be an https address")
	}
}

// Duration takes 0, for what is usual, to the most; the most 0 is any.
func (c *Check) Duration(key string, value, most time.Duration) {
	switch {
	case most == 0 && value < 0:
		c.Wrong(key, "must not be negative")
	case value < 0 || most > 0 && value > most:
		c.Wrong(key, fmt.Sprintf("must be between 0 and %v", most))
	}
}

// Count takes 0, for what is usual, and more.
func (c *Check) Count(key string, value int) {
	if value < 0 {
		c.Wrong(key, "must not be negative")
	}
}

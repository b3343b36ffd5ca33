package frejasim

import (
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"samtjanst/platform/idno"
)

// status of an order, as Freja calls it.
type status string

const (
	started   status = "STARTED"
	delivered status = "DELIVERED_TO_MOBILE"
	approved  status = "APPROVED"
	declined  status = "CANCELED"
	cancelled status = "RP_CANCELED"
	expired   status = "EXPIRED"
	rejected  status = "REJECTED"
)

// order is one order. All fields are guarded by Sim.mu; those set at the start never change.
type order struct {
	ref              string
	rp               fingerprint
	login            bool
	asked            idno.Number // zero for anybody (INFERRED)
	level            string      // minRegistrationLevel
	title, notice    string
	text, hidden     []byte
	created, expires time.Time

	status    status
	by        *person
	ended     time.Time
	returnURL string // where the app goes, when it was opened on the browser's device
	collects  int
	shown     string // a scripted status in place of the real one
	forgery   Action // how an approved order lies, "" for not at all
}

// notice is a reason that the phone shows to the person, in Swedish.
type notice string

func (n notice) Error() string { return string(n) }

const (
	errGone     = notice("Beställningen finns inte längre.")
	errQR       = notice("Det är inte en QR-kod från Freja.")
	errStranger = notice("Beställningen gäller någon annan.")
	errLevel    = notice("Det här kräver Freja+, som du inte har.")
	errTwo      = notice("Du hade redan en inloggning på gång. För säkerhets skull avbröts båda.")
	errCode     = notice("PIN-koden ska vara fyra siffror.")
)

// pending reports whether the order still waits for somebody.
func (o *order) pending() bool { return o.status == started || o.status == delivered }

func (o *order) end(s status, now time.Time) { o.status, o.ended = s, now }

// find gives a living order by reference, after letting time work on all of them. Sim.mu is held.
func (s *Sim) find(ref string, now time.Time) *order {
	for ref, o := range s.orders {
		if o.pending() && now.After(o.expires) {
			o.end(expired, o.expires)
		}
		if !o.pending() && now.Sub(o.ended) > endedKept {
			delete(s.orders, ref)
		}
	}
	return s.orders[ref]
}

// add starts an order. A login beside another one of the same person rejects both, and the answer is false. Sim.mu is held.
func (s *Sim) add(o *order, now time.Time) bool {
	s.find("", now)
	if o.login && !o.asked.IsZero() && s.rejectLogins(o.asked, o, now) {
		return false
	}
	var b [48]byte
	_, _ = rand.Read(b[:]) // crypto/rand does not fail
	o.ref, o.created, o.status = base64.RawURLEncoding.EncodeToString(b[:]), now, started
	s.orders[o.ref] = o
	return true
}

// rejectLogins rejects the logins of a person but one, and tells whether there were any. Sim.mu is held.
func (s *Sim) rejectLogins(n idno.Number, but *order, now time.Time) bool {
	any := false
	for _, o := range s.orders {
		if o != but && o.login && o.pending() && (o.asked == n || o.by != nil && o.by.Number == n) {
			o.end(rejected, now)
			any = true
		}
	}
	return any
}

// take lets a person open an order in the app. Sim.mu is held.
func (s *Sim) take(o *order, p *person, now time.Time) error {
	switch {
	case o == nil || !o.pending():
		return errGone
	case !o.asked.IsZero() && o.asked != p.Number, o.by != nil && o.by != p:
		return errStranger
	case p.Extended && o.level == "PLUS":
		return errLevel
	case o.login && s.rejectLogins(p.Number, o, now):
		o.end(rejected, now)
		return errTwo
	}
	o.status, o.by = delivered, p
	return nil
}

// Approve completes the pending order of a person, as if the person had opened it and entered the PIN. With a reference (or the text of a
// QR code) it is that order, which may be one for anybody; without, it is the newest that waits for this number.
func (s *Sim) Approve(n idno.Number, ref string) error { return s.settle(n, ref, approved) }

// Decline is Approve's opposite: the person declines in the app.
func (s *Sim) Decline(n idno.Number, ref string) error { return s.settle(n, ref, declined) }

func (s *Sim) settle(n idno.Number, ref string, how status) error {
	p := s.persona(n)
	if p == nil {
		return errStranger
	}
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.Contains(ref, "://") {
		var err error
		if ref, err = scanned(ref); err != nil {
			return err
		}
	}
	found := s.find(ref, now)
	if ref == "" {
		for _, o := range s.orders {
			if o.pending() && (o.asked == n || o.by == p) && (found == nil || o.created.After(found.created)) {
				found = o
			}
		}
	}
	if err := s.take(found, p, now); err != nil {
		return err
	}
	found.end(how, now)
	return nil
}

// scanned gives the reference in the text of a QR code.
func scanned(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "frejaeid" || u.Host != "bindUserToTransaction" || u.Query().Get("transactionReference") == "" {
		return "", errQR
	}
	return u.Query().Get("transactionReference"), nil
}

package bankidsim

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"samtjanst/platform/idno"
)

// phase of an order; the constants' texts are BankID's hint codes while it is pending.
type phase string

const (
	outstanding phase = "outstandingTransaction" // waits for an app
	started     phase = "started"                // an app is open, nobody has been chosen
	userCall    phase = "userCallConfirm"        // a person is asked about the call
	userSign    phase = "userSign"               // a person reads it
	complete    phase = "complete"
	failed      phase = "failed"
)

// order is one order. All fields are guarded by Sim.mu; those set at the start never change.
type order struct {
	ref, autoStart, qrToken, qrSecret string

	rp        fingerprint
	login     bool
	required  idno.Number // zero for anybody
	text      []byte
	markdown  bool
	hidden    []byte
	returnURL string
	ip        string
	call      string // who called, "RP" or "user", when the person is on the telephone; "" otherwise
	created   time.Time

	phase    phase
	hint     string // why it failed, or a scripted hint while pending
	by       *person
	ended    time.Time
	here     bool // opened on the device where the browser is, so the app returns to it
	collects int
	forgery  Action // how a completed order lies, "" for not at all
}

// notice is a reason that the phone shows to the person, in Swedish.
type notice string

func (n notice) Error() string { return string(n) }

const (
	errGone     = notice("Beställningen finns inte längre.")
	errStale    = notice("QR-koden är för gammal. Läs av den som visas nu.")
	errQR       = notice("Det är inte en QR-kod från BankID.")
	errStranger = notice("Beställningen gäller någon annan.")
	errCode     = notice("Säkerhetskoden ska vara sex siffror.")
	errCall     = notice("Svara först på frågan om samtalet.")
)

// pending reports whether the order still waits for somebody.
func (o *order) pending() bool { return o.phase != complete && o.phase != failed }

func (o *order) fail(hint string, now time.Time) { o.phase, o.hint, o.ended = failed, hint, now }

// advance lets time work on an order: what nobody picked up or finished fails.
func (o *order) advance(now time.Time) {
	age := now.Sub(o.created)
	switch {
	case !o.pending():
	case o.phase == outstanding && o.call == "" && age > pickupLimit:
		o.fail("startFailed", o.created.Add(pickupLimit))
	case age > orderLimit:
		o.fail("expiredTransaction", o.created.Add(orderLimit))
	}
}

// forgotten reports whether the order can no longer be collected.
func (o *order) forgotten(now time.Time) bool {
	switch o.phase {
	case complete:
		return now.Sub(o.ended) > completedKept
	case failed:
		return now.Sub(o.ended) > failedKept
	}
	return false
}

// find gives a living order by reference. Sim.mu is held.
func (s *Sim) find(ref string, now time.Time) *order {
	o := s.orders[ref]
	if o == nil {
		return nil
	}
	if o.advance(now); o.forgotten(now) {
		delete(s.orders, ref)
		return nil
	}
	return o
}

// sweep forgets what nobody will ask for. Sim.mu is held.
func (s *Sim) sweep(now time.Time) {
	for ref, o := range s.orders {
		if o.advance(now); o.forgotten(now) {
			delete(s.orders, ref)
		}
	}
}

// add starts an order. If the person has one already, both are aborted and the answer is false.
func (s *Sim) add(o *order, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	if !o.required.IsZero() {
		for _, other := range s.orders {
			if other.pending() && other.required == o.required {
				other.fail("cancelled", now)
				return false
			}
		}
	}
	o.ref = uuid()
	if o.call == "" {
		o.autoStart, o.qrToken, o.qrSecret = uuid(), uuid(), uuid()
	}
	o.created, o.phase = now, outstanding
	s.orders[o.ref] = o
	return true
}

// open lets a person pick up an order; here says that it was on the browser's own device. A person has one order open at a
// time: the one before is cancelled.
func (s *Sim) open(o *order, p *person, here bool, now time.Time) error {
	if o == nil || !o.pending() {
		return errGone
	}
	if !o.required.IsZero() && o.required != p.Number {
		return errStranger
	}
	for _, other := range s.orders {
		if other != o && other.pending() && other.by == p {
			other.fail("cancelled", now)
		}
	}
	o.phase, o.by, o.here = userSign, p, here
	if o.call != "" {
		o.phase = userCall
	}
	return nil
}

// Approve completes the pending order of a person, as if the person had picked it up and entered the code. With a token
// (autoStartToken, orderRef or a fresh QR text) it is that order, which may be one for anybody; without, it is the newest
// that waits for this number.
func (s *Sim) Approve(n idno.Number, token string) error { return s.settle(n, token, "") }

// DeclineCall lets a person answer in the app that he or she is not talking with the relying party.
func (s *Sim) DeclineCall(n idno.Number) error { return s.settle(n, "", "userDeclinedCall") }

// Cancel is Approve's opposite: the person cancels in the app.
func (s *Sim) Cancel(n idno.Number, token string) error { return s.settle(n, token, "userCancel") }

func (s *Sim) settle(n idno.Number, token, hint string) error {
	p := s.persona(n)
	if p == nil {
		return errStranger
	}
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.pick(p, token, now)
	if err != nil {
		return err
	}
	if err := s.open(found, p, found.here, now); err != nil {
		return err
	}
	if hint != "" {
		found.fail(hint, now)
		return nil
	}
	found.phase, found.ended = complete, now
	return nil
}

// pick finds the pending order that Approve means. Sim.mu is held.
func (s *Sim) pick(p *person, token string, now time.Time) (*order, error) {
	s.sweep(now)
	if strings.HasPrefix(token, "bankid.") {
		return s.byQR(token, now)
	}
	var found *order
	for _, o := range s.orders {
		named := token != "" && (o.ref == token || o.autoStart == token)
		waiting := token == "" && (o.required == p.Number || o.by == p)
		if o.pending() && (named || waiting) && (found == nil || o.created.After(found.created)) {
			found = o
		}
	}
	if found == nil {
		return nil, errGone
	}
	return found, nil
}

// byQR finds the order of a QR code that is fresh. Sim.mu is held.
func (s *Sim) byQR(text string, now time.Time) (*order, error) {
	parts := strings.Split(strings.TrimSpace(text), ".")
	if len(parts) != 4 || parts[0] != "bankid" {
		return nil, errQR
	}
	t, err := strconv.ParseInt(parts[2], 10, 32)
	if err != nil {
		return nil, errQR
	}
	for _, o := range s.orders {
		if o.qrToken == "" || o.qrToken != parts[1] {
			continue
		}
		m := hmac.New(sha256.New, []byte(o.qrSecret))
		m.Write([]byte(parts[2]))
		if !hmac.Equal([]byte(hex.EncodeToString(m.Sum(nil))), []byte(parts[3])) {
			return nil, errQR
		}
		if age := int64(now.Sub(o.created)/time.Second) - t; age > qrSkew || age < -qrSkew {
			return nil, errStale
		}
		return o, nil
	}
	return nil, errGone
}

// uuid makes a random (version 4) UUID.
func uuid() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand does not fail
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

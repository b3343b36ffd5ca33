package server_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/evidence"
)

// journal is the platform's log, to be looked at.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

// said gives what has been written since last asked, that names a thing.
func (j *journal) said(of string) (lines []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range strings.Lines(j.text.String()) {
		if strings.Contains(line, of) {
			lines = append(lines, line)
		}
	}
	j.text.Reset()
	return lines
}

// signingWorld is a world with its log, in which Anna has something to sign.
func signingWorld(t *testing.T) (*servertest.World, *journal, casework.ID) {
	t.Helper()
	var j journal
	w := servertest.New(t, servertest.Options{Log: slog.New(slog.NewTextHandler(&j, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	j.said("")
	return w, &j, id
}

// signingEnds starts a signature of Anna's and asks until it has ended.
func signingEnds(t *testing.T, w *servertest.World, id casework.ID) eid.Status {
	t.Helper()
	v, err := w.Flow.StartSigning(w.Ctx, anna, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if v, err = w.Flow.PollSigning(w.Ctx, anna, id); err != nil {
			t.Fatal(err)
		}
		if v.Status.State != eid.Pending {
			break
		}
	}
	return v.Status
}

// Each lie of an e-legitimation is in the operator's log with the check that found it and whose order it was, and does not name the person. A
// provider that does not answer is there once a minute, however often it is asked.
func TestRefusedAnswersAreLogged(t *testing.T) {
	t.Parallel()
	w, j, id := signingWorld(t)
	person := []string{anna.Citizen.Number.Digits(), anna.Citizen.Number.Dashed(), "Testsson"}
	for do, check := range map[bankidsim.Action]evidence.Code{
		bankidsim.WrongPerson: evidence.WrongPerson, bankidsim.WrongText: evidence.WrongText, bankidsim.WrongHidden: evidence.WrongText,
		bankidsim.WrongUse: evidence.WrongUse, bankidsim.AlteredSignature: evidence.SignatureDigest, bankidsim.ForgedOCSP: evidence.OCSPNonce,
		bankidsim.RevokedOCSP: evidence.Revoked, bankidsim.StrangersOCSP: evidence.OCSPResponder, bankidsim.ExpiredCertificate: evidence.Chain,
		bankidsim.Replayed: evidence.OCSPTime,
	} {
		w.Sim.BankID.Reset()
		if err := w.Sim.BankID.Script(anna.Citizen.Number, bankidsim.Scenario{Do: do}); err != nil {
			t.Fatal(err)
		}
		if st := signingEnds(t, w, id); st.State != eid.Failed {
			t.Fatalf("%s: %s", do, st.State)
		}
		lines := j.said(string(id))
		if len(lines) != 1 || !strings.Contains(lines[0], "level=ERROR") || !strings.Contains(lines[0], "provider=bankid") ||
			!strings.Contains(lines[0], "check="+string(check)) || !strings.Contains(lines[0], "party=p1") {
			t.Errorf("%s: the log says %q", do, lines)
		}
		for _, of := range person {
			if strings.Contains(strings.Join(lines, ""), of) {
				t.Errorf("%s: the log names the person: %q", do, lines)
			}
		}
	}

	w.Sim.BankID.Reset()
	if err := w.Sim.BankID.Script(anna.Citizen.Number, bankidsim.Scenario{Do: bankidsim.Maintenance}); err != nil {
		t.Fatal(err)
	}
	if st := signingEnds(t, w, id); st.State != eid.Pending || st.Message != eid.TechnicalFault {
		t.Fatalf("a provider that is down: %s %s", st.State, st.Message)
	}
	if lines := j.said("does not answer"); len(lines) != 1 || !strings.Contains(lines[0], "provider=bankid") || !strings.Contains(lines[0], "Maintenance") {
		t.Errorf("asked five times, the log says %q", lines)
	}
	w.Clock.Advance(time.Minute)
	for range 3 {
		if _, err := w.Flow.PollSigning(w.Ctx, anna, id); err != nil {
			t.Fatal(err)
		}
	}
	if lines := j.said("does not answer"); len(lines) != 1 {
		t.Errorf("a minute later the log says %q", lines)
	}
	w.Sim.BankID.Reset()
	w.Sign(anna, id)
}

// liar is an e-legitimation whose client checks nothing, and says that somebody has signed.
type liar struct{ done eid.Completion }

func (l *liar) ID() string { return "bankid" }

func (l *liar) Start(context.Context, eid.Request) (eid.Order, error) {
	return eid.Order{Ref: "order"}, nil
}

func (l *liar) Collect(context.Context, string) (eid.Status, error) {
	return eid.Status{State: eid.Complete, Done: &l.done}, nil
}

func (l *liar) Cancel(context.Context, string) error { return nil }

// What a client lets through is checked once more before it is stored: who, at what level, and the signature itself by every check of its
// format. When what it is held against cannot be had, that is told as a fault of ours and not as a forgery.
func TestNothingRestsOnTheClient(t *testing.T) {
	t.Parallel()
	w, j, id := signingWorld(t)
	genuine, verify := w.Flow.EIDs, w.Flow.Verify
	mine := eid.Completion{Number: anna.Citizen.Number, Name: "Anna Testsson", Level: 3, Method: "mobile", Format: string(evidence.BankID), Signature: []byte("<x/>")}
	for name, c := range map[string]struct {
		lie    func(*eid.Completion)
		verify flow.EvidenceCheck
		want   eid.Message
		log    string
	}{
		"nothing that is a signature":     {func(*eid.Completion) {}, verify, eid.EvidenceRejected, "evidence rejected"},
		"a format that nobody knows":      {func(c *eid.Completion) { c.Format = "efos" }, verify, eid.EvidenceRejected, "evidence rejected"},
		"another provider's format":       {func(c *eid.Completion) { c.Format = string(evidence.SAML) }, verify, eid.EvidenceRejected, "evidence rejected"},
		"a signing service that is none":  {func(c *eid.Completion) { c.Format = string(evidence.Service) }, verify, eid.EvidenceRejected, "evidence rejected"},
		"Freja, which is not trusted":     {func(c *eid.Completion) { c.Format = string(evidence.Freja) }, verify, eid.EvidenceRejected, "evidence rejected"},
		"somebody else":                   {func(c *eid.Completion) { c.Number = erik.Citizen.Number }, accepting, eid.WrongPerson, "somebody else"},
		"a lower level than the form has": {func(c *eid.Completion) { c.Level = 2 }, accepting, eid.EvidenceRejected, "lower level"},
		"the roots cannot be had": {func(*eid.Completion) {}, func(context.Context, eid.Completion, flow.Wanted) error {
			return fault.Newf("test", fault.Unavailable, "no metadata")
		}, eid.TechnicalFault, "could not be verified"},
	} {
		told := mine
		c.lie(&told)
		w.Flow.EIDs, w.Flow.Verify = eid.Offers{{Provider: &liar{told}, Title: genuine[0].Title, Level: 3, Sign: true}}, c.verify
		if st := signingEnds(t, w, id); st.State != eid.Failed || st.Message != c.want {
			t.Errorf("%s: %s %s, want %s", name, st.State, st.Message, c.want)
		}
		if lines := j.said(string(id)); len(lines) != 1 || !strings.Contains(lines[0], c.log) || strings.Contains(lines[0], anna.Citizen.Number.Digits()) {
			t.Errorf("%s: the log says %q", name, lines)
		}
		if pl := place(t, w, id, "p1"); pl.State == signing.Signed {
			t.Fatalf("%s: signed", name)
		}
	}
	w.Flow.EIDs, w.Flow.Verify = genuine, verify
	w.Sign(anna, id)
}

// accepting lets everything through.
func accepting(context.Context, eid.Completion, flow.Wanted) error { return nil }

package server_test

import (
	"testing"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

// Every failure of the e-legitimation ends in a message and leaves nothing signed.
func TestSigningFailures(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	n := anna.Citizen.Number
	for _, c := range []struct {
		do   bankidsim.Action
		want eid.Message
	}{
		{bankidsim.UserCancel, eid.UserCancelled}, {bankidsim.ExpiredTransaction, eid.Expired}, {bankidsim.CertificateErr, eid.Revoked},
		{bankidsim.WrongText, eid.EvidenceRejected}, {bankidsim.WrongHidden, eid.EvidenceRejected}, {bankidsim.WrongUse, eid.EvidenceRejected},
		{bankidsim.AlteredSignature, eid.EvidenceRejected}, {bankidsim.ForgedOCSP, eid.EvidenceRejected}, {bankidsim.RevokedOCSP, eid.EvidenceRejected},
		{bankidsim.WrongPerson, eid.WrongPerson},
	} {
		t.Run(string(c.do), func(t *testing.T) {
			w.Sim.BankID.Reset()
			w.Sim.BankID.Script(n, bankidsim.Scenario{Do: c.do})
			if st := signingEnds(t, w, id); st.State != eid.Failed || st.Message != c.want {
				t.Errorf("ended %s %s (%s), want %s", st.State, st.Message, st.Hint, c.want)
			}
			if pl := place(t, w, id, "p1"); pl.State == signing.Signed {
				t.Fatal("signed")
			}
		})
	}
	w.Sim.BankID.Reset()
	w.Sign(anna, id)
}

// Two rules: Ekköping wants both always, Tallvik both only for two homes; sole custody is one.
func TestWhoMustSign(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	for _, c := range []struct {
		who    personas.ID
		child  personas.ID
		tenant string
		school string
		two    bool
		want   int
	}{
		{personas.AnnaTestsson, personas.ElsaTestsson, "ekkoping", "eklunda", false, 2},
		{personas.SaraExempelsson, personas.LeoExempelsson, "ekkoping", "eklunda", false, 1},
		{personas.PetraTestberg, personas.HugoTestberg, "ekkoping", "eklunda", false, 1},
		{personas.EmmaDemogren, personas.EllaDemogren, "ekkoping", "eklunda", false, 1},
		{personas.LeilaProvstrom, personas.AmirProvstrom, "ekkoping", "eklunda", false, 2},
		{personas.CamillaProvdal, personas.SigneProvdal, "tallvik", "strand", false, 1},
		{personas.UlrikaTestdal, personas.MelkerTestdal, "tallvik", "strand", true, 2},
	} {
		a := servertest.Citizen(c.who)
		draft, err := w.Flow.Start(w.Ctx, a, c.tenant, "skolskjuts")
		if err != nil {
			t.Fatalf("%s: %v", c.who, err)
		}
		answers := servertest.OneHome
		if c.two {
			answers = servertest.TwoHomes
		}
		w.Fill(a, draft, answers(c.child, c.school, "a@example.se"))
		id := w.Submit(a, draft)
		if parties := len(w.Head(id).Parties); parties < c.want {
			t.Errorf("%s: %d parties", c.who, parties)
		}
		if got := len(w.Head(id).Order.Places); got != c.want {
			t.Errorf("%s in %s: %d sign, want %d", c.who, c.tenant, got, c.want)
		}
	}
}

func place(t *testing.T, w *servertest.World, id casework.ID, p signing.PartyID) signing.Place {
	t.Helper()
	h := w.Head(id)
	pl := h.Order.Place(p)
	if pl == nil {
		t.Fatalf("%s has no place", p)
	}
	return *pl
}

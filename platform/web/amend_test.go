package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/server/servertest"
)

// What was handed in is changed by the applicant alone, once however often it is posted, and not after it has left the signers.
func TestAmend(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	anna := loggedIn(t, w, personas.AnnaTestsson)
	id := handIn(t, anna, personas.ElsaTestsson)
	erik := loggedIn(t, w, personas.ErikTestsson)
	erik.Get("/arende/" + id)
	if strings.Contains(erik.Text(), "Ändra ansökan") {
		t.Error("the other guardian is offered to change it")
	}
	erik.Get("/arende/" + id + "/andra")
	erik.Want(http.StatusSeeOther) // to the case
	erik.Get("/mina-sidor")
	erik.Post("/arende/"+id+"/andra", url.Values{"csrf": {erik.Token()}})
	erik.Want(http.StatusNotFound)

	anna.Get("/arende/" + id + "/andra")
	see(t, anna, "Ingen har skrivit under än")
	anna.Submit("Börja ändra", nil)
	anna.Follow()
	check := anna.Page
	see(t, anna, "Kontrollera ändringen", "Ändring av ansökan SKJ-", "Jag vill åka buss.")
	anna.Get("/ansokan/" + id + "-a/barnet?andra=1")
	anna.Submit("/ansokan/"+id+"-a/barnet", values("a/barnet/asikt", "Jag vill cykla."))
	anna.Follow()
	anna.Submit("Lämna in ändringen", nil)
	anna.Follow()
	see(t, anna, "Ändringen är inlämnad", "Jag vill cykla.")

	// The other tab, which had the change open, and its address come to the case.
	anna.Page = check
	anna.Submit("Lämna in ändringen", nil)
	anna.Want(http.StatusSeeOther)
	anna.Get("/ansokan/" + id + "-a")
	anna.Follow()
	see(t, anna, "Jag vill cykla.")
	erik.Get("/ansokan/" + id + "-a")
	erik.Want(http.StatusNotFound)

	// Thrown away, the case stands as it was.
	anna.Get("/arende/" + id + "/andra")
	anna.Submit("Börja ändra", nil)
	anna.Follow()
	anna.Get("/ansokan/" + id + "-a/kasta")
	see(t, anna, "Vill du slänga ändringen?")
	anna.Submit("Släng ändringen", nil)
	anna.Follow()
	see(t, anna, "Väntar på underskrift", "Jag vill cykla.")

	anna.Get("/arende/" + id + "/aterkalla")
	anna.Submit("Återkalla ansökan", nil)
	anna.Get("/arende/" + id + "/andra")
	anna.Want(http.StatusSeeOther)
}

// Somebody hindered says so once; what is missing in the form is told.
func TestHinders(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	anna := loggedIn(t, w, personas.AnnaTestsson)
	id := handIn(t, anna, personas.ElsaTestsson)
	anna.Get("/arende/" + id + "/kan-inte")
	anna.Want(http.StatusSeeOther) // who applied changes it or takes it back
	erik := loggedIn(t, w, personas.ErikTestsson)
	at := "/arende/" + id + "/kan-inte"
	erik.Get(at)
	see(t, erik, "En handläggare avgör om någon annan kan skriva under", "En handläggare läser vad du skriver")
	for _, bad := range []url.Values{values("vad", "hinder"), values("vad", "nej", "reason", "x"), values("vad", "hinder", "reason", strings.Repeat("å", 2001)),
		values("vad", "hinder", "reason", "x\x00")} {
		erik.Submit(at, bad)
		erik.Want(http.StatusUnprocessableEntity)
	}
	erik.Submit(at, values("vad", "hinder", "reason", "Jag är på sjukhus."))
	erik.Follow()
	see(t, erik, "Du har berättat att du har hinder", "Har hinder")
	erik.Get(at)
	erik.Want(http.StatusSeeOther)
	anna.Get("/arende/" + id)
	if strings.Contains(anna.Text(), "sjukhus") || strings.Contains(anna.Text(), "hinder") {
		t.Errorf("the applicant reads that:\n%s", anna.Text())
	}
}

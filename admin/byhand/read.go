package byhand

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"samtjanst/platform/flow"
)

// How the page is posted: rows by their keys in order (rad), each control of a row or a step by its name, a point and the key.
const (
	fieldRow = "rad"
	fieldOp  = "op"
	fieldWho = "ur" // who is chosen in the register

	opPreview    = "granska"
	opSave       = "spara"
	opUpdate     = "uppdatera"
	opAdd        = "lagg-till"
	opAddKnown   = "lagg-till-ur"
	opUpload     = "ladda-upp"
	opRemove     = "ta-bort:"     // and the key of a row
	opRemoveFile = "ta-bort-fil:" // and the id of a file
)

// maxPostedSteps is more than the use case takes.
const maxPostedSteps = 20

// read gives what was typed, as it was typed.
func read(v url.Values) flow.HandOrder {
	o := flow.HandOrder{Title: v.Get("titel"), Message: v.Get("meddelande"), Until: v.Get("tid"), Days: v.Get("dagar"), Day: v.Get("dag"), Time: v.Get("klockan"),
		Remind: v.Get("paminn")}
	var seen []string
	for _, key := range v[fieldRow] {
		if key == "" || slices.Contains(seen, key) {
			continue
		}
		seen = append(seen, key)
		o.Signers = append(o.Signers, flow.HandSigner{Key: key, Number: v.Get("nummer." + key), Name: v.Get("namn." + key), Email: v.Get("epost." + key),
			Phone: v.Get("telefon." + key), Title: v.Get("egenskap." + key), Step: v.Get("steg." + key), Person: v.Get("person." + key)})
	}
	for n := 1; n <= maxPostedSteps; n++ {
		at := "." + strconv.Itoa(n)
		if !v.Has("regel" + at) {
			continue
		}
		o.Steps = append(o.Steps, flow.HandStep{Number: strconv.Itoa(n), Rule: v.Get("regel" + at), Need: v.Get("antal" + at), Ladder: v.Has("tur" + at),
			Wait: v.Get("vanta" + at), Unit: v.Get("enhet" + at)})
	}
	return o
}

// addRow gives the order with one more row, in the step of the last, and the new row's key.
func addRow(o flow.HandOrder) (flow.HandOrder, string) {
	last, step := 0, "1"
	for _, s := range o.Signers {
		if n, err := strconv.Atoi(strings.TrimPrefix(s.Key, "k")); err == nil && n > last && n < 1<<20 {
			last = n
		}
		step = s.Step
	}
	key := "k" + strconv.Itoa(last+1)
	o.Signers = append(slices.Clone(o.Signers), flow.HandSigner{Key: key, Step: step})
	return o, key
}

// addKnown gives the order with somebody of the register, in the first row where nothing has been typed or else in a new one, and the row's key.
func addKnown(o flow.HandOrder, p flow.HandPerson) (flow.HandOrder, string) {
	i := slices.IndexFunc(o.Signers, func(s flow.HandSigner) bool {
		return strings.TrimSpace(s.Person+s.Number+s.Name+s.Email+s.Phone+s.Title) == ""
	})
	if i < 0 {
		o, _ = addRow(o)
		i = len(o.Signers) - 1
	}
	o.Signers = slices.Clone(o.Signers)
	s := &o.Signers[i]
	s.Person, s.Name, s.Email, s.Phone, s.Title = p.ID, p.Name, p.Email, p.Phone, p.Title
	return o, s.Key
}

// removeRow gives the order without a row; the last one is emptied.
func removeRow(o flow.HandOrder, key string) flow.HandOrder {
	o.Signers = slices.DeleteFunc(slices.Clone(o.Signers), func(s flow.HandSigner) bool { return s.Key == key })
	if len(o.Signers) == 0 {
		o.Signers = []flow.HandSigner{{Key: "k1", Step: "1"}}
	}
	return o
}

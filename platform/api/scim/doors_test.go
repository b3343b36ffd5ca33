package scim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Two tokens hold at once; nothing is told to who has none, not even whether the organisation is here; and who guesses has to wait.
func TestTokens(t *testing.T) {
	w := newWorld(t)
	w.token = newToken
	w.do("GET", "Users", "", 200)
	w.token = oldToken
	w.do("GET", "Users", "", 200)
	var answers []object
	for _, path := range []string{"/tallvik/Users", "/nowhere/Users", "/tallvik/Schemas"} {
		answers = append(answers, w.do("GET", path, "", 401))
		if w.answers.Get("WWW-Authenticate") != `Bearer realm="scim"` {
			t.Error(w.answers)
		}
	}
	for _, auth := range []string{"", "Bearer", "Bearer ", "Basic " + oldToken, "Bearer " + oldToken + "x", oldToken} {
		answers = append(answers, w.do("GET", "Users", "", 401, "Authorization", auth))
	}
	for _, a := range answers[1:] {
		if diff := cmp.Diff(answers[0], a); diff != "" {
			t.Error("answers differ:", diff)
		}
	}
	for range 11 {
		w.do("GET", "Users", "", 401, "Authorization", "Bearer guess")
	}
	w.do("GET", "Users", "", 429, "Authorization", "Bearer guess")
	w.clock.Advance(time.Minute)
	w.do("GET", "Users", "", 200)
}

// A flood is held back with a time to come again, and what was held back can be sent again: nothing is lost, nothing done twice.
func TestFlood(t *testing.T) {
	w := newWorld(t)
	held := 0
	for i := range 130 {
		w.clock.Advance(-100 * time.Millisecond) // all at once
		name := "user-" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		send := func() int {
			req, err := http.NewRequest("POST", w.server.URL+"/scim/v2/ekkoping/Users", strings.NewReader(`{"userName":"`+name+`"}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+oldToken)
			req.Header.Set("Content-Type", "application/json")
			res, err := w.server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode == 429 && res.Header.Get("Retry-After") != "1" {
				t.Fatalf("held back until %q", res.Header.Get("Retry-After"))
			}
			return res.StatusCode
		}
		status := send()
		if status == 429 {
			held++
			w.clock.Advance(time.Second)
			status = send()
		}
		if status != 201 {
			t.Fatalf("%s: %d", name, status)
		}
	}
	if held == 0 {
		t.Error("nothing was held back")
	}
	if total := w.do("GET", "Users?count=0", "", 200)["totalResults"]; total != 130.0 {
		t.Errorf("%v users", total)
	}
}

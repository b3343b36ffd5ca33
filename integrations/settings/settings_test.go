package settings

import (
	"errors"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/fault"
)

// Every wrong key is in the one line, none that is right, and no value.
func TestCheck(t *testing.T) {
	var c Check
	c.Needed("id", "x")
	c.Needed("noID", "")
	c.Secret("secret", "0123456789", 10)
	c.Secret("shortSecret", "hemligt", 10)
	c.Duration("timeout", time.Second, time.Minute)
	c.Duration("ageless", time.Hour, 0)
	c.Duration("longTimeout", 2*time.Minute, time.Minute)
	c.Duration("backwards", -1, 0)
	c.Count("many", 4)
	c.Count("fewer", -4)
	for key, value := range map[string]string{"https": "https://a.example.se/x", "local": "http://localhost:1/x", "loopback": "http://127.0.0.1/x"} {
		c.Address(key, value)
		c.Base(key, value)
	}
	c.Address("query", "https://a.example.se/x?konto=hemligt")
	for key, value := range map[string]string{"none": "", "http": "http://a.example.se", "user": "https://hemligt@a.example.se", "fragment": "https://a.example.se/#x",
		"hostless": "https:///x", "scheme": "ftp://a.example.se", "nonsense": ":"} {
		c.Address(key, value)
	}
	c.Base("based", "https://a.example.se/x?konto=hemligt")

	err := c.Err("op")
	if !errors.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, one := range strings.Split(strings.TrimPrefix(err.Error(), "op: invalid: "), "; ") {
		key, _, _ := strings.Cut(one, ": ")
		got[key] = true
	}
	want := []string{"noID", "shortSecret", "longTimeout", "backwards", "fewer", "none", "http", "user", "fragment", "hostless", "scheme", "nonsense", "based"}
	for _, key := range want {
		if !got[key] {
			t.Errorf("%s is taken", key)
		}
	}
	if len(got) != len(want) || strings.Contains(err.Error(), "hemligt") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
	if err := new(Check).Err("op"); err != nil {
		t.Error(err)
	}
}

package outage

import "testing"

func TestSwitch(t *testing.T) {
	s := New("slow", "down")
	if err := s.Set("tired", 0); err == nil {
		t.Error("an unknown fault was set")
	}
	if err := s.Set("down", 2); err != nil {
		t.Fatal(err)
	}
	if s.Strikes("slow") {
		t.Error("another fault struck")
	}
	if !s.Strikes("down") || s.Take() != "down" || s.Take() != "" {
		t.Error("twice is not twice")
	}
	if err := s.Set("slow", 0); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if s.Take() != "slow" {
			t.Fatal("until told otherwise ended by itself")
		}
	}
	if err := s.Set("", 0); err != nil || s.Take() != "" {
		t.Error("it does not end")
	}
}

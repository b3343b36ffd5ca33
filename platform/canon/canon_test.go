package canon

import (
	"encoding/json"
	"testing"
)

func TestBytes(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"b":1,"a":[true,null,"x"]}`, `{"a":[true,null,"x"],"b":1}`},
		{`{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`,
			"{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}"}, // RFC 8785 3.2.3
		{`[1.50, 1e2, -0, 0.10, 12345678901234567890.123456789, 1E-3]`, `[1.5,100,0,0.1,12345678901234567890.123456789,0.001]`},
		{`"\u000f\n\"\\å/"`, `"\u000f\n\"\\å/"`},
	} {
		got, err := Bytes([]byte(c.in))
		if err != nil || string(got) != c.want {
			t.Errorf("Bytes(%s) = %s, %v; want %s", c.in, got, err, c.want)
		}
	}
	for _, bad := range []string{`{`, `1 2`, `1e10000000`, ``} {
		if got, err := Bytes([]byte(bad)); err == nil {
			t.Errorf("Bytes(%s) = %s, want an error", bad, got)
		}
	}
}

// Canonical bytes are a fixed point and mean the same value.
func FuzzBytes(f *testing.F) {
	f.Add([]byte(`{"a":[1,2.50,{"b":null}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		once, err := Bytes(in)
		if err != nil {
			return
		}
		if !json.Valid(once) {
			t.Fatalf("%q became %q, which is not JSON", in, once)
		}
		twice, err := Bytes(once)
		if err != nil || string(once) != string(twice) {
			t.Fatalf("%q → %q → %q, %v", in, once, twice, err)
		}
	})
}

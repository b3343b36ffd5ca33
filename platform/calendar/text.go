package calendar

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// MarshalText writes YYYY-MM-DD, nothing for no day.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText wrote; anything else is fault.Invalid.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = Parse(string(b))
	return err
}

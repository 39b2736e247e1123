package web

import (
	"errors"
	"net/http"
)

// refusalIf returns the API's refusal when its status is one of some, and any other error
// as it is.
func refusalIf(err error, is func(status int) bool) (*Problem, error) {
	var p *Problem
	if errors.As(err, &p) && is(p.Status) {
		return p, nil
	}
	return nil, err
}

// refused returns a refusal that the user can correct in the form.
func refused(err error) (*Problem, error) {
	return refusalIf(err, func(status int) bool {
		return status == http.StatusUnprocessableEntity || status == http.StatusConflict || status == http.StatusPreconditionFailed
	})
}

// mendable returns a refusal after which the user can correct the form or send it again:
// any but a malformed request, missing sign-in or rights, and a missing object.
func mendable(err error) (*Problem, error) {
	return refusalIf(err, func(status int) bool {
		switch status {
		case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
			return false
		}
		return true
	})
}

// refusedOrGone returns any refusal, but no failure of a service.
func refusedOrGone(err error) (*Problem, error) {
	return refusalIf(err, func(status int) bool { return status < http.StatusInternalServerError })
}

// anyProblem returns any refusal or failure but that the user must sign in.
func anyProblem(err error) (*Problem, error) {
	return refusalIf(err, func(status int) bool { return status != http.StatusUnauthorized })
}

// unavailable returns that a service does not answer at the moment, or that the directory is
// locked.
func unavailable(err error) (*Problem, error) {
	return refusalIf(err, func(status int) bool { return status == http.StatusServiceUnavailable })
}

// gone returns that an object is not there, or none that the user may see.
func gone(err error) (*Problem, error) {
	return refusalIf(err, func(status int) bool { return status == http.StatusNotFound })
}

// succeeded tells whether the API took what a form sent. After a refusal that the user can mend,
// again has answered.
func succeeded(mend func(error) (*Problem, error), err error, again func(*Problem) error) (ok bool, answer error) {
	p, err := mend(err)
	switch {
	case err != nil:
		return false, err
	case p != nil:
		return false, again(p)
	}
	return true, nil
}

// saying answers a refusal with a page that says so.
func (v *request) saying(page, key string) func(*Problem) error {
	return func(*Problem) error { return v.done(page, flash{Key: key}) }
}

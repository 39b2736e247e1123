package access

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
)

// LogRefusal notes that somebody was refused something: by the id of an actor,
// never by an address, and by the pattern of the route, since its path may name
// others. A pattern may begin with its method. What an actor may not see does
// not exist, so a 404 may be a refusal too. Other statuses are not noted.
func LogRefusal(ctx context.Context, who, method, pattern string, status int) {
	level := slog.LevelWarn
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
	case http.StatusNotFound:
		level = slog.LevelInfo
	default:
		return
	}
	route := strings.TrimPrefix(pattern, method+" ")
	slog.LogAttrs(ctx, level, "refused", slog.String("who", who), slog.String("method", method), slog.String("route", route), slog.Int("status", status))
}

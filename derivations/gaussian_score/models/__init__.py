"""Models of data whose score is exact, and the noise schedules they are asked at."""

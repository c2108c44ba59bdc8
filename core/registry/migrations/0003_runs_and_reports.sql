CREATE TABLE `training_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`started_at` text NOT NULL,
	`duration_ms` integer NOT NULL,
	`owner` text NOT NULL,
	`parameters` text NOT NULL,
	`metrics` text NOT NULL,
	`model` text,
	`version` integer,
	`report` text
);
--> statement-breakpoint
CREATE INDEX `training_runs_started` ON `training_runs` (`started_at`);--> statement-breakpoint
ALTER TABLE `versions` ADD `report` text;
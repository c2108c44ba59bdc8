CREATE TABLE `conversations` (
	`id` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`json` text NOT NULL,
	`updated_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `conversations_updated` ON `conversations` (`updated_at_ms`);--> statement-breakpoint
CREATE TABLE `model_names` (
	`name` text PRIMARY KEY NOT NULL,
	`last_number` integer NOT NULL,
	`revision` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `model_names_revision` ON `model_names` (`revision`);--> statement-breakpoint
CREATE TABLE `models` (
	`name` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`aliases` text NOT NULL,
	`live_version` integer,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`name`,`live_version`) REFERENCES `versions`(`model`,`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`file_name` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`owner` text NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `uploads_created` ON `uploads` (`created_at_ms`);--> statement-breakpoint
CREATE TABLE `versions` (
	`model` text NOT NULL,
	`number` integer NOT NULL,
	`signature` text NOT NULL,
	`binding` text NOT NULL,
	`origin` text NOT NULL,
	`artifact_sha256` text NOT NULL,
	`artifact_bytes` integer NOT NULL,
	`original_sha256` text NOT NULL,
	`warnings` text NOT NULL,
	`metrics` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`model`, `number`),
	FOREIGN KEY (`model`) REFERENCES `models`(`name`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `versions_artifact` ON `versions` (`artifact_sha256`);--> statement-breakpoint
CREATE INDEX `versions_original` ON `versions` (`original_sha256`);